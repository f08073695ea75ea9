//! Locks of the rows that a query gives.

use crate::{Error, Lock, LockStrength, LockWait, Result, Select, SourceRows, SqlWriter};

/// Refuses what the database lacks, and rows that are no rows of the table.
pub(super) fn check(w: &SqlWriter<'_>, select: &Select, lock: Lock) -> Result<()> {
    let can = w.dialect().capability();
    let lacks = if !can.row_locks && can.single_writer {
        Some((
            "row locks",
            "a transaction that writes locks the whole database: begin it with a write",
        ))
    } else if !can.row_locks {
        Some(("row locks", "use a column for the version, which save() looks at"))
    } else if lock.strength == LockStrength::Share && !can.share_locks {
        Some(("shared row locks", "lock for update"))
    } else if lock.wait == LockWait::SkipLocked && !can.skip_locked {
        Some((
            "SKIP LOCKED",
            "wait for the lock, or mark the rows that are taken",
        ))
    } else if lock.wait == LockWait::NoWait && !can.nowait {
        Some(("NOWAIT", "wait for the lock, with a time limit"))
    } else {
        None
    };
    if let Some((feature, way_out)) = lacks {
        return Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature,
            way_out,
        });
    }
    let made = select.counted
        || select.distinct
        || !select.group_by.is_empty()
        || select.having.is_some()
        || select.items.iter().any(|item| item.expr.is_aggregate())
        || select
            .main()
            .is_some_and(|main| !matches!(main.rows, SourceRows::Table(_)));
    if made {
        return Err(Error::Statement(format!(
            "a lock of rows that are not those of {}, but made of them: lock first, then ask for them",
            select.name()
        )));
    }
    Ok(())
}

/// Of joined rows it locks those of the first table, and where the database can't tell them apart all of them.
pub(super) fn write(w: &mut SqlWriter<'_>, select: &Select, lock: Lock) -> Result<()> {
    let can = w.dialect().capability();
    if select.joins().is_empty() || !can.lock_of {
        w.dialect().lock(w, lock);
        return Ok(());
    }
    w.dialect().lock(
        w,
        Lock {
            wait: LockWait::Wait,
            ..lock
        },
    );
    w.push(" OF ");
    w.identifier(&select.name())?;
    wait(w, lock.wait);
    Ok(())
}

pub(crate) fn lock(w: &mut SqlWriter<'_>, lock: Lock) {
    w.push(match lock.strength {
        LockStrength::Update => " FOR UPDATE",
        LockStrength::Share => " FOR SHARE",
    });
    wait(w, lock.wait);
}

pub(crate) fn wait(w: &mut SqlWriter<'_>, wait: LockWait) {
    w.push(match wait {
        LockWait::Wait => "",
        LockWait::SkipLocked => " SKIP LOCKED",
        LockWait::NoWait => " NOWAIT",
    });
}
