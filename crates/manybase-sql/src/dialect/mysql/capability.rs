//! What the three databases can do. MariaDB does not vouch for MatrixOne.

use crate::{Capability, Comments, IsolationLevel, ListBind};

const LEVELS: &[IsolationLevel] = &[
    IsolationLevel::ReadUncommitted,
    IsolationLevel::ReadCommitted,
    IsolationLevel::RepeatableRead,
    IsolationLevel::Serializable,
];

pub(super) static MYSQL: Capability = Capability {
    insert_returning: false,
    inserts_together: true,
    limit_in_text: false,
    update_returning: false,
    update_from: false,
    delete_returning: false,
    savepoints: true,
    transactional_ddl: false,
    two_phase_commit: true,
    row_locks: true,
    share_locks: true,
    skip_locked: true,
    nowait: true,
    lock_of: true,
    lateral: true,
    rollup: false,
    frame_groups: false,
    full_join: false,
    intersect: true,
    target_in_subquery: false,
    index_in_table: true,
    index_if_not_exists: false,
    index_expression: true,
    index_filter: false,
    comments: Comments::InTable,
    replace_view: true,
    schemas: true,
    single_writer: false,
    isolation_levels: LEVELS,
    list_bind: ListBind::Json,
    list_bind_from: 1_000,
    rows_as_values: false,
    max_parameters: 65_535,
    max_identifier: 64,
};

pub(super) static MARIADB: Capability = Capability {
    insert_returning: true,
    delete_returning: true,
    lock_of: false,
    lateral: false,
    target_in_subquery: true,
    index_if_not_exists: true,
    index_expression: false,
    ..MYSQL
};

/// SAVEPOINT is taken and does nothing, ROLLBACK TO then fails.
pub(super) static MATRIXONE: Capability = Capability {
    inserts_together: false,
    limit_in_text: false,
    savepoints: false,
    two_phase_commit: false,
    share_locks: false,
    skip_locked: false,
    nowait: false,
    lock_of: false,
    lateral: false,
    intersect: false,
    index_expression: false,
    isolation_levels: &[IsolationLevel::ReadCommitted, IsolationLevel::RepeatableRead],
    list_bind: ListBind::Placeholders,
    ..MYSQL
};
