//! MariaDB and MySQL.

use super::{ForeignKeySwitch, SessionLock, Upkeep};

pub(crate) const MARIADB: Upkeep = Upkeep {
    files: &["mariadb", "mysql"],
    structure: &STRUCTURE_OF_MARIADB,
    ..MYSQL
};

pub(crate) const MYSQL: Upkeep = Upkeep {
    files: &["mysql"],
    structure: STRUCTURE,
    lock: Some(lock),
    foreign_keys: Some(ForeignKeySwitch {
        ask: "SELECT @@foreign_key_checks",
        off: "SET foreign_key_checks = 0",
        on: "SET foreign_key_checks = 1",
        violations: None,
    }),
    databases: Some("SELECT CONVERT(SCHEMA_NAME USING utf8mb4) FROM information_schema.SCHEMATA"),
    scratch_url: None,
    leftover: None,
    full_text: Some(
        "SELECT CONVERT(s.TABLE_NAME USING utf8mb4), CONVERT(s.INDEX_NAME USING utf8mb4), \
         CONVERT(COALESCE(c.GENERATION_EXPRESSION, '') USING utf8mb4) FROM information_schema.STATISTICS s \
         JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = s.TABLE_SCHEMA AND c.TABLE_NAME = s.TABLE_NAME \
         AND c.COLUMN_NAME = s.COLUMN_NAME WHERE s.TABLE_SCHEMA = DATABASE() AND s.INDEX_TYPE = 'FULLTEXT' \
         AND s.COLUMN_NAME LIKE 'full\\_text\\_%' ORDER BY 1, 2",
    ),
};

/// Locks are the server's, so that the database takes part in the name; a name has at most 64 characters.
fn lock(name: &str) -> SessionLock {
    let name: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(30)
        .collect();
    let name = format!("CONCAT('{name}:', LEFT(SHA2(DATABASE(), 256), 32))");
    SessionLock {
        take: format!("SELECT GET_LOCK({name}, 0)"),
        held: format!("SELECT IS_USED_LOCK({name}) = CONNECTION_ID()"),
        release: format!("SELECT RELEASE_LOCK({name})"),
    }
}

/// Without what statements on rows change, such as the next number of a key.
const STRUCTURE: &[&str] = &[
    "SELECT CONVERT(CONCAT_WS('|', TABLE_NAME, TABLE_TYPE, ENGINE, ROW_FORMAT, TABLE_COLLATION, CREATE_OPTIONS, \
     TABLE_COMMENT) USING utf8mb4) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COALESCE(COLUMN_DEFAULT, '\\0'), \
     IS_NULLABLE, COLUMN_TYPE, COALESCE(COLLATION_NAME, ''), EXTRA, COLUMN_COMMENT, \
     COALESCE(GENERATION_EXPRESSION, '')) USING utf8mb4) FROM information_schema.COLUMNS \
     WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COALESCE(COLUMN_NAME, ''), \
     COALESCE(COLLATION, ''), COALESCE(SUB_PART, ''), INDEX_TYPE, INDEX_COMMENT) USING utf8mb4) \
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', CONSTRAINT_NAME, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, \
     COALESCE(REFERENCED_TABLE_NAME, ''), COALESCE(REFERENCED_COLUMN_NAME, '')) USING utf8mb4) \
     FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', CONSTRAINT_NAME, TABLE_NAME, UPDATE_RULE, DELETE_RULE) USING utf8mb4) \
     FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', CONSTRAINT_NAME, CHECK_CLAUSE) USING utf8mb4) \
     FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', TABLE_NAME, VIEW_DEFINITION) USING utf8mb4) \
     FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_TIMING, ACTION_ORDER, \
     ACTION_STATEMENT) USING utf8mb4) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION, LAST_ALTERED) USING utf8mb4) \
     FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', EVENT_NAME, EVENT_DEFINITION, STATUS, LAST_ALTERED) USING utf8mb4) \
     FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
    "SELECT CONVERT(CONCAT_WS('|', TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME, PARTITION_METHOD, \
     PARTITION_EXPRESSION, PARTITION_DESCRIPTION) USING utf8mb4) FROM information_schema.PARTITIONS \
     WHERE TABLE_SCHEMA = DATABASE() AND PARTITION_NAME IS NOT NULL",
];

/// Where each check is told.
const CHECKS: usize = 5;

/// Names of checks are the table's own there, and the catalog says which one that is.
const STRUCTURE_OF_MARIADB: [&str; STRUCTURE.len()] = {
    let mut all = [""; STRUCTURE.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = STRUCTURE[at];
        at += 1;
    }
    all[CHECKS] = "SELECT CONVERT(CONCAT_WS('|', CONSTRAINT_NAME, TABLE_NAME, CHECK_CLAUSE) USING utf8mb4) \
                   FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()";
    all
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_told_with_its_table_where_it_is_known() {
        assert!(STRUCTURE[CHECKS].contains("CHECK_CLAUSE"));
        assert!(MARIADB.structure[CHECKS].contains("TABLE_NAME, CHECK_CLAUSE"));
        assert_eq!(MARIADB.structure.len(), STRUCTURE.len());
    }

    #[test]
    fn a_locks_name_can_be_written_anywhere() {
        let lock = lock("a'b; DROP");
        assert!(lock.take.contains("'abDROP:'"), "{}", lock.take);
    }
}
