-- A trader in food: spaces in names, keys of text, a key of two columns, bits and money.
CREATE SCHEMA "Audit";
CREATE TABLE "Audit"."Orders" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz NOT NULL);
CREATE TABLE "Categories" ("Category ID" serial PRIMARY KEY, "Category Name" text NOT NULL, "Picture" bytea);
CREATE TABLE "Customers" ("CustomerID" char(5) PRIMARY KEY, "Company Name" varchar(40) NOT NULL, "City" text);
CREATE INDEX "City" ON "Customers" ("City");
CREATE TABLE "Products" (
    "Product ID" serial PRIMARY KEY,
    "Product-Name" text NOT NULL,
    "Category ID" int REFERENCES "Categories",
    "Unit Price" numeric DEFAULT 0,
    "Units In Stock" smallint,
    "Discontinued" boolean NOT NULL DEFAULT false,
    "Costs" money,
    CONSTRAINT "CK_Price" CHECK ("Unit Price" >= 0)
);
CREATE TABLE "Orders" (
    "OrderID" serial PRIMARY KEY,
    "CustomerID" char(5) REFERENCES "Customers",
    "Order Date" timestamp,
    "Freight" real,
    "Audit" uuid REFERENCES "Audit"."Orders"
);
CREATE TABLE "Order Details" (
    "OrderID" int NOT NULL REFERENCES "Orders",
    "Product ID" int NOT NULL REFERENCES "Products",
    "Quantity" smallint NOT NULL DEFAULT 1,
    "Discount" double precision NOT NULL DEFAULT 0,
    PRIMARY KEY ("OrderID", "Product ID")
);
CREATE TABLE "Order Notes" (
    "OrderID" int NOT NULL, "Product ID" int NOT NULL, "Line" int NOT NULL, "fn" text,
    UNIQUE ("OrderID", "Product ID", "Line"),
    FOREIGN KEY ("OrderID", "Product ID") REFERENCES "Order Details"
);
-- A key of two texts that are padded, a list that grows, a table without a key, and a view of it.
CREATE TABLE "Ship Codes" (
    "Company No." char(3) NOT NULL,
    "Code" char(4) NOT NULL,
    "State" char(4) NOT NULL DEFAULT 'NEW',
    "Name" char(12),
    PRIMARY KEY ("Company No.", "Code"),
    CONSTRAINT "CK_State" CHECK ("State" IN ('OPEN', 'X', 'NEW'))
);
CREATE TABLE "Import Log" ("No" serial, "OrderID" int REFERENCES "Orders", "What?" text NOT NULL);
CREATE VIEW "Lines per Order %" AS
    SELECT o."CustomerID", o."OrderID" AS "Order Id", count(*) AS "Lines (all)", max(l."What?") AS "max"
    FROM "Orders" o JOIN "Import Log" l ON l."OrderID" = o."OrderID" GROUP BY o."CustomerID", o."OrderID";
