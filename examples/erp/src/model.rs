//! The models, by the database that they live in.

mod finance;
mod hr;
mod inventory;

pub(crate) use finance::{Customer, Invoice, InvoiceLine, InvoiceState, Segment, Status};
pub(crate) use hr::{Assignment, Department, Employee, Office};
pub(crate) use inventory::{Item, Shipment, ShipmentState};
