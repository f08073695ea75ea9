//! What the enterprise has: made up, and the same on every run.

use crate::model::{
    Account, Assignment, Customer, Department, Employee, Invoice, InvoiceLine, InvoiceState, Item, Office,
    Segment, Shipment, ShipmentState, Status,
};
use crate::random::Random;
use manybase::chrono::{Days, TimeDelta};
use manybase::prelude::*;

const EMPLOYEES: i64 = 40;
const ITEMS: u32 = 120;
/// What each customer has paid in.
const PAID_IN: i64 = 100_000;

/// The first day of business.
pub(crate) fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default()
}

pub(crate) struct Company {
    pub(crate) customers: Vec<Customer>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) invoices: Vec<Invoice>,
    pub(crate) lines: Vec<InvoiceLine>,
    pub(crate) employees: Vec<Employee>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) items: Vec<Item>,
    pub(crate) shipments: Vec<Shipment>,
}

impl Company {
    pub(crate) fn new(rows: u32) -> Self {
        let mut random = Random::new(42);
        let customers: Vec<_> = (1..=(rows / 10).max(3))
            .map(|n| customer(n, &mut random))
            .collect();
        let items: Vec<_> = (1..=ITEMS).map(|n| item(n, &mut random)).collect();
        let (mut invoices, mut lines) = (Vec::new(), Vec::new());
        for n in 1..=i64::from(rows) {
            let (invoice, its_lines) = invoice(n, random.pick(&customers).number, &items, &mut random);
            invoices.push(invoice);
            lines.extend(its_lines);
        }
        Self {
            accounts: customers.iter().map(account).collect(),
            assignments: customers
                .iter()
                .map(|customer| assignment(customer, &mut random))
                .collect(),
            employees: (1..=EMPLOYEES).map(|n| employee(n, &mut random)).collect(),
            shipments: (0..rows / 2)
                .map(|n| shipment(n, random.pick(&customers).number, &items, &mut random))
                .collect(),
            customers,
            invoices,
            lines,
            items,
        }
    }
}

fn customer(n: u32, random: &mut Random) -> Customer {
    let first = random.pick(&[
        "Aachen", "Bergen", "Cádiz", "Delft", "Evora", "Fulda", "Ghent", "Århus",
    ]);
    let trade = random.pick(&[
        "Tools",
        "Paper",
        "Optics",
        "Pumps",
        "Textiles",
        "O'Brien & Sons",
        "100% Wool",
    ]);
    Customer {
        number: 1_000 + i64::from(n),
        name: format!("{first} {trade} {n}"),
        status: *random.pick(&[
            Status::Active,
            Status::Active,
            Status::Active,
            Status::Inactive,
            Status::Prospect,
        ]),
        segment: *random.pick(&[Segment::Retail, Segment::Industry, Segment::Public]),
        credit_limit: Decimal::from(5_000 * (1 + random.below(10))),
        email: (random.below(5) > 0).then(|| format!("office{n}@customer.example")),
        created_at: DateTime::default(), // the library fills it in
        updated_at: DateTime::default(),
        version: 1,
        invoices: HasMany::default(),
        shipments: HasMany::default(),
    }
}

fn account(customer: &Customer) -> Account {
    Account {
        customer_number: customer.number,
        paid_in: Decimal::from(PAID_IN),
        balance: Decimal::from(PAID_IN),
    }
}

fn item(n: u32, random: &mut Random) -> Item {
    let kind = random.pick(&["Valve", "Bearing", "Lens", "Filter", "Spool", "Gasket"]);
    let received = 50 + i32::try_from(random.below(500)).unwrap_or_default();
    Item {
        sku: format!("{}-{n:04}", kind[..3].to_uppercase()),
        name: format!("{kind} {n}"),
        stock: received,
        received,
        price: Decimal::new(i64::from(199 + random.below(30_000)), 2),
    }
}

fn invoice(n: i64, customer_number: i64, items: &[Item], random: &mut Random) -> (Invoice, Vec<InvoiceLine>) {
    let lines: Vec<_> = (1..=1 + i16::try_from(random.below(3)).unwrap_or_default())
        .map(|position| {
            let item = random.pick(items);
            InvoiceLine {
                invoice_id: n,
                position,
                sku: item.sku.clone(),
                quantity: 1 + i32::try_from(random.below(9)).unwrap_or_default(),
                price: item.price,
            }
        })
        .collect();
    let states = [
        InvoiceState::Paid,
        InvoiceState::Paid,
        InvoiceState::Open,
        InvoiceState::Overdue,
    ];
    let invoice = Invoice {
        id: 0, // the database numbers it, from 1 in an empty table
        number: format!("R-{n:07}"),
        customer_number,
        issued_on: first_day() + Days::new(random.below(365).into()),
        state: *random.pick(&states),
        total: lines
            .iter()
            .map(|line| line.price * Decimal::from(line.quantity))
            .sum(),
        created_at: DateTime::default(),
    };
    (invoice, lines)
}

fn employee(n: i64, random: &mut Random) -> Employee {
    let first = random.pick(&[
        "Ada", "Björn", "Chidi", "Dolores", "Emil", "Fatima", "Grace", "Hiro",
    ]);
    let languages = ["de", "en", "es", "fr", "nl", "pt"];
    Employee {
        id: 0,
        name: format!(
            "{first} {}",
            random.pick(&["Lund", "Okafor", "Peeters", "Silva", "Weber"])
        ),
        email: format!("{n}@erp.example"),
        department: *random.pick(&[Department::Sales, Department::Finance, Department::Logistics]),
        hired_on: first_day() - Days::new(random.below(4_000).into()),
        salary: Decimal::from(38_000 + 500 * random.below(80)),
        commission: Decimal::ZERO,
        languages: (0..=random.below(2))
            .map(|_| (*random.pick(&languages)).to_owned())
            .collect(),
        office: Office {
            city: (*random.pick(&["Ghent", "Fulda"])).to_owned(),
            room: (random.below(4) > 0).then(|| 100 + i32::try_from(random.below(30)).unwrap_or_default()),
        },
    }
}

fn assignment(customer: &Customer, random: &mut Random) -> Assignment {
    Assignment {
        customer_number: customer.number,
        employee_id: 1 + i64::from(random.below(40)).min(EMPLOYEES - 1),
    }
}

fn shipment(n: u32, customer_number: i64, items: &[Item], random: &mut Random) -> Shipment {
    let state = *random.pick(&[
        ShipmentState::Sent,
        ShipmentState::Sent,
        ShipmentState::Packed,
        ShipmentState::Returned,
    ]);
    let sent_at = first_day().and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(i64::from(n) * 97);
    Shipment {
        id: Uuid::nil(), // the library makes it
        customer_number,
        sku: random.pick(items).sku.clone(),
        quantity: 1 + i32::try_from(random.below(9)).unwrap_or_default(),
        state,
        sent_at: (state != ShipmentState::Packed).then_some(sent_at),
        item: BelongsTo::default(),
    }
}
