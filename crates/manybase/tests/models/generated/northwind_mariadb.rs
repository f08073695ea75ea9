//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (MariaDB).

use manybase::prelude::*;

/// Table `Categories`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Categories", connection = "legacy")]
pub struct Category {
    /// Numbered by the database.
    #[model(key, auto, column = "Category ID")]
    pub category_id: i32,
    #[model(column = "Category Name")]
    pub category_name: String,
    #[model(column = "Picture")]
    pub picture: Option<Vec<u8>>,
    /// Through `Category ID` of `Products`.
    pub products: HasMany<Product>,
}

/// Table `Customers`.
///
/// Index: `City`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Customers", connection = "legacy")]
pub struct Customer {
    #[model(key, column = "CustomerID", length = 5)]
    pub customer_id: String,
    #[model(column = "Company Name", length = 40)]
    pub company_name: String,
    #[model(column = "City", length = 20)]
    pub city: Option<String>,
    /// Through `CustomerID` of `Orders`.
    pub orders: HasMany<Order>,
}

/// Table `Import Log`.
///
/// The table has no key: rows are read, inserted, and changed and deleted set-wise.
///
/// Index: `OrderID`.
///
/// Index: `No`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Import Log", connection = "legacy", keyless)]
pub struct ImportLog {
    /// Numbered by the database.
    #[model(generated, column = "No")]
    pub no: i32,
    #[model(column = "OrderID")]
    pub order_id: Option<i32>,
    #[model(column = "What?")]
    pub what: String,
    /// Through `OrderID`.
    pub order: BelongsTo<Order>,
}

/// View `Lines per Order %`.
///
/// It is only read, and no row has a key.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Lines per Order %", connection = "legacy", readonly, keyless)]
pub struct LinesPerOrder {
    #[model(column = "CustomerID", length = 5)]
    pub customer_id: Option<String>,
    #[model(column = "Order Id")]
    pub order_id: i32,
    #[model(column = "Lines (all)")]
    pub lines_all: i64,
    pub max: Option<String>,
}

/// Table `Order Details`.
///
/// Index: `Product ID`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Order Details", connection = "legacy")]
pub struct OrderDetail {
    #[model(key, column = "OrderID")]
    pub order_id: i32,
    #[model(key, column = "Product ID")]
    pub product_id: i32,
    /// The database's default: `1`.
    #[model(column = "Quantity")]
    pub quantity: i16,
    /// The database's default: `0`.
    #[model(column = "Discount")]
    pub discount: f64,
    /// Through `OrderID`.
    pub order: BelongsTo<Order>,
    /// Through `Product ID`.
    pub product: BelongsTo<Product>,
    /// Through `OrderID`, `Product ID` of `Order Notes`.
    #[model(foreign_key = (order_id, product_id))]
    pub order_notes: HasMany<OrderNote>,
}

/// Table `Order Notes`.
///
/// The table has no primary key; `OrderID`, `Product ID`, `Line` names a row.
///
/// Unique: `OrderID`, `Product ID`, `Line`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Order Notes", connection = "legacy")]
pub struct OrderNote {
    #[model(key, column = "OrderID")]
    pub order_id: i32,
    #[model(key, column = "Product ID")]
    pub product_id: i32,
    #[model(key, column = "Line")]
    pub line: i32,
    pub r#fn: Option<String>,
    /// Through `OrderID`, `Product ID`.
    #[model(foreign_key = (order_id, product_id))]
    pub order_detail: BelongsTo<OrderDetail>,
}

/// Table `Orders`.
///
/// Index: `CustomerID`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Orders", connection = "legacy")]
pub struct Order {
    /// Numbered by the database.
    #[model(key, auto, column = "OrderID")]
    pub order_id: i32,
    #[model(column = "CustomerID", length = 5)]
    pub customer_id: Option<String>,
    #[model(column = "Order Date")]
    pub order_date: Option<NaiveDateTime>,
    #[model(column = "Freight")]
    pub freight: Option<f32>,
    /// Through `CustomerID`.
    pub customer: BelongsTo<Customer>,
    /// Through `OrderID` of `Import Log`.
    pub import_logs: HasMany<ImportLog>,
    /// Through `OrderID` of `Order Details`.
    pub order_details: HasMany<OrderDetail>,
}

/// Table `Products`.
///
/// Index: `Category ID`.
///
/// Check: ``Unit Price` >= 0`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Products", connection = "legacy")]
pub struct Product {
    /// Numbered by the database.
    #[model(key, auto, column = "Product ID")]
    pub product_id: i32,
    #[model(column = "Product-Name", length = 40)]
    pub product_name: String,
    #[model(column = "Category ID")]
    pub category_id: Option<i32>,
    /// The database's default: `0.0000`.
    #[model(column = "Unit Price", precision = (19, 4))]
    pub unit_price: Option<Decimal>,
    #[model(column = "Units In Stock")]
    pub units_in_stock: Option<i16>,
    /// The database's default: `b'0'`.
    #[model(column = "Discontinued")]
    pub discontinued: bool,
    /// Through `Category ID`.
    pub category: BelongsTo<Category>,
    /// Through `Product ID` of `Order Details`.
    pub order_details: HasMany<OrderDetail>,
}

/// Table `Ship Codes`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "Ship Codes", connection = "legacy")]
pub struct ShipCode {
    #[model(key, column = "Company No.", length = 3)]
    pub company_no: String,
    #[model(key, column = "Code", length = 4)]
    pub code: String,
    /// The database's default: `'NEW'`.
    #[model(column = "State", length = 4)]
    pub state: ShipCodeState,
    #[model(column = "Name", length = 12)]
    pub name: Option<String>,
}

/// What column `State` of `Ship Codes` can be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, DbEnum)]
pub enum ShipCodeState {
    #[db("OPEN")]
    Open,
    #[db("X")]
    X,
    #[db("NEW")]
    New,
    /// Any other text, written back as it was.
    #[db(unknown)]
    Unknown(String),
}
