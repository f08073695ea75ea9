-- A trader in food: spaces in names, keys of text, a key of two columns, bits and money.
CREATE TABLE `Categories` (`Category ID` int AUTO_INCREMENT PRIMARY KEY, `Category Name` text NOT NULL, Picture longblob);
CREATE TABLE `Customers` (`CustomerID` char(5) PRIMARY KEY, `Company Name` varchar(40) NOT NULL, City varchar(20),
    KEY `City` (City DESC));
CREATE TABLE `Products` (
    `Product ID` int AUTO_INCREMENT PRIMARY KEY,
    `Product-Name` varchar(40) NOT NULL,
    `Category ID` int,
    `Unit Price` decimal(19, 4) DEFAULT 0,
    `Units In Stock` smallint,
    Discontinued bit(1) NOT NULL DEFAULT b'0',
    CONSTRAINT `CK_Price` CHECK (`Unit Price` >= 0),
    CONSTRAINT `FK_Products_Categories` FOREIGN KEY (`Category ID`) REFERENCES `Categories` (`Category ID`)
);
CREATE TABLE `Orders` (
    `OrderID` int AUTO_INCREMENT PRIMARY KEY,
    `CustomerID` char(5),
    `Order Date` datetime(3),
    Freight float,
    CONSTRAINT `FK_Orders_Customers` FOREIGN KEY (`CustomerID`) REFERENCES `Customers` (`CustomerID`)
);
CREATE TABLE `Order Details` (
    `OrderID` int NOT NULL,
    `Product ID` int NOT NULL,
    Quantity smallint NOT NULL DEFAULT 1,
    Discount double NOT NULL DEFAULT 0,
    PRIMARY KEY (`OrderID`, `Product ID`),
    CONSTRAINT `FK_Details_Orders` FOREIGN KEY (`OrderID`) REFERENCES `Orders` (`OrderID`),
    CONSTRAINT `FK_Details_Products` FOREIGN KEY (`Product ID`) REFERENCES `Products` (`Product ID`)
);
CREATE TABLE `Order Notes` (
    `OrderID` int NOT NULL, `Product ID` int NOT NULL, `Line` int NOT NULL, `fn` text,
    UNIQUE (`OrderID`, `Product ID`, `Line`),
    CONSTRAINT `FK_Notes_Details` FOREIGN KEY (`OrderID`, `Product ID`) REFERENCES `Order Details` (`OrderID`, `Product ID`)
);
-- A key of two texts that are padded, a list that grows, a table without a key, and a view of it.
CREATE TABLE `Ship Codes` (
    `Company No.` char(3) NOT NULL,
    `Code` char(4) NOT NULL,
    `State` char(4) NOT NULL DEFAULT 'NEW',
    `Name` char(12),
    PRIMARY KEY (`Company No.`, `Code`),
    CONSTRAINT `CK_State` CHECK (`State` IN ('OPEN', 'X', 'NEW'))
);
CREATE TABLE `Import Log` (`No` int NOT NULL AUTO_INCREMENT, `OrderID` int, `What?` text NOT NULL, KEY `No` (`No`),
    CONSTRAINT `FK_Log_Orders` FOREIGN KEY (`OrderID`) REFERENCES `Orders` (`OrderID`));
CREATE VIEW `Lines per Order %` AS
    SELECT o.`CustomerID`, o.`OrderID` AS `Order Id`, COUNT(*) AS `Lines (all)`, MAX(l.`What?`) AS `max`
    FROM `Orders` o JOIN `Import Log` l ON l.`OrderID` = o.`OrderID` GROUP BY o.`CustomerID`, o.`OrderID`;
