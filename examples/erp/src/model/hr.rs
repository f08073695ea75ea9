//! HR: who works here, who looks after which customer, and who has earned what by it.

use manybase::prelude::*;

#[derive(Debug, Clone, Model)]
#[model(table = "erp_employee", connection = "hr")]
pub(crate) struct Employee {
    #[model(key, auto)]
    pub(crate) id: i64,
    pub(crate) name: String,
    #[model(unique, length = 120)]
    pub(crate) email: String,
    pub(crate) department: Department,
    pub(crate) hired_on: NaiveDate,
    #[model(precision = (10, 2))]
    pub(crate) salary: Decimal,
    /// All that was earned by selling: the sum of the employee's [`Commission`]s.
    #[model(precision = (10, 2))]
    pub(crate) commission: Decimal,
    /// A document.
    #[model(json)]
    pub(crate) languages: Vec<String>,
    /// Two columns, `office_city` and `office_room`.
    #[model(embedded)]
    pub(crate) office: Office,
}

#[derive(Debug, Clone, Embedded)]
pub(crate) struct Office {
    #[model(length = 60)]
    pub(crate) city: String,
    pub(crate) room: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, DbEnum)]
pub(crate) enum Department {
    Sales,
    Finance,
    Logistics,
}

/// Which employee looks after a customer. The customer is in another database, so that its number is all there is.
#[derive(Debug, Clone, Model)]
#[model(table = "erp_assignment", connection = "hr")]
pub(crate) struct Assignment {
    #[model(key)]
    pub(crate) customer_number: i64,
    pub(crate) employee_id: i64,
}

/// A sale, as HR sees it.
#[derive(Debug, Clone, Model)]
#[model(table = "erp_commission", connection = "hr")]
pub(crate) struct Commission {
    #[model(key)]
    pub(crate) sale: Uuid,
    pub(crate) employee_id: i64,
    #[model(precision = (10, 2))]
    pub(crate) amount: Decimal,
}
