-- A trader in food: spaces in names, keys of text, a key of two columns, bits and money.
CREATE TABLE "Categories" ("Category ID" INTEGER PRIMARY KEY, "Category Name" TEXT NOT NULL, Picture BLOB);
CREATE TABLE "Customers" ("CustomerID" NCHAR(5) NOT NULL PRIMARY KEY, "Company Name" NVARCHAR(40) NOT NULL, City TEXT);
CREATE INDEX "City" ON "Customers" (City);
CREATE TABLE "Products" (
    "Product ID" INTEGER PRIMARY KEY,
    "Product-Name" TEXT NOT NULL,
    "Category ID" INTEGER REFERENCES "Categories",
    "Unit Price" MONEY DEFAULT 0,
    "Units In Stock" SMALLINT,
    Discontinued BIT NOT NULL DEFAULT 0,
    CONSTRAINT "CK_Price" CHECK ("Unit Price" >= 0)
);
CREATE TABLE "Orders" (
    "OrderID" INTEGER PRIMARY KEY,
    "CustomerID" NCHAR(5) REFERENCES "Customers",
    "Order Date" DATETIME,
    Freight REAL
);
CREATE TABLE "Order Details" (
    "OrderID" INT NOT NULL REFERENCES "Orders",
    "Product ID" INT NOT NULL REFERENCES "Products",
    Quantity SMALLINT NOT NULL DEFAULT 1,
    Discount REAL NOT NULL DEFAULT 0,
    PRIMARY KEY ("OrderID", "Product ID")
);
CREATE TABLE "Order Notes" (
    "OrderID" INT NOT NULL, "Product ID" INT NOT NULL, "Line" INT NOT NULL, "fn" TEXT,
    UNIQUE ("OrderID", "Product ID", "Line"),
    FOREIGN KEY ("OrderID", "Product ID") REFERENCES "Order Details"
);
-- A key of two texts, a list that grows, a table without a key, and a view of it.
CREATE TABLE "Ship Codes" (
    "Company No." CHAR(3) NOT NULL,
    "Code" CHAR(4) NOT NULL,
    "State" CHAR(4) NOT NULL DEFAULT 'NEW',
    "Name" CHAR(12),
    PRIMARY KEY ("Company No.", "Code"),
    CONSTRAINT "CK_State" CHECK ("State" IN ('OPEN', 'X', 'NEW'))
);
CREATE TABLE "Import Log" ("OrderID" INT REFERENCES "Orders", "What?" TEXT NOT NULL);
CREATE VIEW "Lines per Order %" AS
    SELECT o."CustomerID", o."OrderID" AS "Order Id", CAST(count(*) AS INTEGER) AS "Lines (all)", CAST(max(l."What?") AS TEXT) AS "max"
    FROM "Orders" o JOIN "Import Log" l ON l."OrderID" = o."OrderID" GROUP BY o."CustomerID", o."OrderID";
