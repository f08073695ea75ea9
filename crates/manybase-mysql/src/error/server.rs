//! The numbers of MySQL and MariaDB, and what they mean. One number, one meaning, but for a few.

use crate::wire::ServerError;
use manybase_driver::ErrorKind;

/// What kind of error it is.
pub(super) fn kind(refused: &ServerError) -> ErrorKind {
    use ErrorKind as K;
    let says = |words: &str| refused.message.contains(words);
    match refused.code {
        1022 | 1062 | 1169 | 1586 => K::UniqueViolation,
        1216 | 1217 | 1451 | 1452 => K::ForeignKeyViolation,
        1048 | 1263 | 1364 => K::NotNullViolation,
        3819 | 4025 => K::CheckViolation,
        1205 | 1613 | 3572 => K::LockTimeout,
        1213 | 1614 => K::Deadlock,
        // Galera reports a conflict at COMMIT so.
        1180 if says("149") => K::Deadlock,
        1020 | 3101 => K::Serialization,
        1969 | 3024 => K::Timeout,
        1317 => K::Cancelled,
        // It is also the error of other options than --read-only.
        1290 if says("read-only") || says("read_only") => K::ReadOnly,
        1792 | 1836 => K::ReadOnly,
        1049 | 1051 | 1109 | 1146 => K::UnknownTable,
        1054 | 1072 => K::UnknownColumn,
        1064 | 1065 | 1149 => K::Syntax,
        1044 | 1045 | 1141 | 1142 | 1143 | 1227 | 1370 | 1698 => K::PermissionDenied,
        // Division by zero, out of range, too long, not of the type, not JSON.
        1138 | 1153 | 1264 | 1265 | 1292 | 1365 | 1366 | 1367 | 1406 | 1411 | 1525 | 1690 | 3140 | 3156 => {
            K::Value
        }
        1052 | 1055 | 1111 | 1136 | 1140 | 1222 | 1241 | 1191 | 1242 | 1267 | 1270 | 1271 => K::Statement,
        1059 | 1102 | 1103 | 1166 | 1280 => K::Identifier,
        1390 => K::TooManyParameters,
        1210 => K::Placeholders,
        1112 | 1178 | 1235 | 1286 | 1295 => K::Unsupported,
        1180 | 1397..=1400 | 1402 | 1440 | 1568 => K::Transaction,
        // Also that of a procedure or function that is not there.
        1305 if says("SAVEPOINT") => K::Transaction,
        1040 | 1129 | 1130 | 1203 | 1226 => K::Connect,
        1053 | 1077..=1080 | 1152 | 1158..=1161 | 1184 | 1927 | 2006 | 2013 | 4031 => K::ConnectionLost,
        _ => K::Database,
    }
}

/// What to do about it, where that is known.
pub(super) fn help(refused: &ServerError, kind: ErrorKind) -> Option<&'static str> {
    Some(match (refused.code, kind) {
        (1305, ErrorKind::Transaction) => {
            "a statement such as DDL has committed the transaction; run DDL outside of transactions"
        }
        (1153, _) => "raise `max_allowed_packet` on the server",
        (1191, _) => {
            "full-text search by_columns needs a FULLTEXT index over exactly these columns; create_full_text_index makes \
             one for a search without by_columns"
        }
        (1054, _) if refused.message.contains("full_text_") => {
            "full-text search needs its index: call create_full_text_index once, with the same columns"
        }
        (_, ErrorKind::LockTimeout) => {
            "run the transaction again, or raise `lock_timeout` of this connection"
        }
        (_, ErrorKind::Deadlock | ErrorKind::Serialization) => "run the whole transaction again",
        (_, ErrorKind::Timeout) => "raise `statement_timeout` of this connection if the work needs longer",
        _ => return None,
    })
}
