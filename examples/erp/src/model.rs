//! The models, by the database that they live in.

mod finance;
mod hr;
mod inventory;

pub(crate) use finance::{Account, Customer, Invoice, InvoiceLine, InvoiceState, Payment, Segment, Status};
pub(crate) use hr::{Assignment, Commission, Department, Employee, Office};
pub(crate) use inventory::{Item, Shipment, ShipmentState, Withdrawal};
