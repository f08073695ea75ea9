//! The rows of the table: what is measured.

macro_rules! rows {
    ($($variant:ident $name:literal $cycle:literal $title:literal)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Row { $($variant),* }

        impl Row {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// For the command line and for JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// For people.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }

            /// How many operations a cycle has. Each cycle does the same, so that checksums of runs of any length
            /// can be compared.
            pub fn cycle(self) -> u64 {
                match self { $(Self::$variant => $cycle),* }
            }
        }
    };
}

rows! {
    Find        "find"         64 "find by key"
    Read10      "read-10"      16 "read 10 rows"
    Read1000    "read-1000"     1 "read 1,000 rows"
    Read10000   "read-10000"    1 "read 10,000 rows"
    Filter      "filter"       16 "filter by 5 dynamic conditions, 20 rows"
    InsertOne   "insert-one"   64 "insert one, key returned"
    InsertMany  "insert-many"   1 "insert 10,000"
    BulkLoad    "bulk-load"     1 "load 100,000 rows, each in its quickest way"
    UpdateOne   "update-one"   64 "update one"
    UpsertMany  "upsert-many"   1 "upsert 10,000, half of them there"
    Include     "include"       1 "100 parents with 10 children each"
    Transaction "transaction"  16 "transaction of 5 statements"
    Concurrent  "concurrent"  800 "16 tasks, mixed, per operation"
    Stream      "stream"        1 "stream 1,000,000 rows"
    StartUp     "start-up"      1 "open to first row"
    ToSql       "to-sql"       64 "build the filter's statement, no I/O"
}

impl Row {
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|row| row.name() == name)
    }

    /// Whether it leaves the data as they are.
    pub fn only_reads(self) -> bool {
        !matches!(
            self,
            Self::InsertOne
                | Self::InsertMany
                | Self::BulkLoad
                | Self::UpdateOne
                | Self::UpsertMany
                | Self::Transaction
                | Self::Concurrent
        )
    }

    /// How many rows one operation moves, where it is many.
    pub fn moves(self) -> bool {
        matches!(
            self,
            Self::Read1000
                | Self::Read10000
                | Self::InsertMany
                | Self::BulkLoad
                | Self::UpsertMany
                | Self::Include
                | Self::Stream
        )
    }
}

/// What [`Row::BulkLoad`] loads.
pub const BULK_ROWS: u64 = 100_000;

pub const CONCURRENT_TASKS: u64 = 16;
/// Of each task, in a cycle.
pub const CONCURRENT_OPERATIONS: u64 = 50;

/// A key between 1 and `of` for the operation `i` of a cycle: no order a cache could profit from.
pub fn key(i: u64, of: u64) -> i64 {
    let mixed = (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    (mixed % of + 1).cast_signed()
}

/// The account of the operation `i` of a cycle: another one each time.
pub fn account(i: u64) -> i64 {
    (1 + i * 15 % 960).cast_signed()
}

/// What a concurrent task does.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    /// An item, by key.
    Find(i64),
    /// Ten items, from this key on.
    Read(i64),
    /// Sets the balance of an account.
    Update { id: i64, balance: i64 },
}

/// The operation `i` of a task.
pub fn operation(task: u64, i: u64) -> Operation {
    let at = task * CONCURRENT_OPERATIONS + i;
    match i % 10 {
        3 => Operation::Read(key(at, 9_000)),
        7 => Operation::Update {
            id: key(at, 1_000),
            balance: key(at, 1_000_000),
        },
        _ => Operation::Find(key(at, 10_000)),
    }
}
