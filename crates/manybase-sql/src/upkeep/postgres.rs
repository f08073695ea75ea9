//! PostgreSQL.

use super::{Leftover, SessionLock, Upkeep, number_of};
use crate::dialect::Lexical;
use crate::raw::words;

pub(crate) const POSTGRES: Upkeep = Upkeep {
    files: &["postgres"],
    structure: STRUCTURE,
    lock: Some(lock),
    foreign_keys: None,
    databases: Some("SELECT datname::text FROM pg_database WHERE NOT datistemplate"),
    scratch_url: None,
    leftover: Some(leftover),
    full_text: Some(
        "SELECT tablename::text, indexname::text, indexdef FROM pg_indexes WHERE schemaname = current_schema() \
         AND indexname LIKE '%\\_full\\_text\\_%' AND indexdef LIKE '% USING gin %' ORDER BY 2",
    ),
};

/// An advisory lock is the database's own, so that a number is enough.
fn lock(name: &str) -> SessionLock {
    let number = number_of(name);
    SessionLock {
        take: format!("SELECT pg_try_advisory_lock({number})"),
        held: format!(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 \
             AND pid = pg_backend_pid() AND classid::bigint = {} AND objid::bigint = {})",
            number >> 32,
            number & 0xffff_ffff
        ),
        release: format!("SELECT pg_advisory_unlock({number})"),
    }
}

/// An index that is built beside the work of others stays when that fails, and is not used.
fn leftover(sql: &str) -> Option<Leftover> {
    let words = words(sql, Lexical::STANDARD, 10);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let mut at = match upper.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["CREATE", "INDEX", "CONCURRENTLY", ..] => 3,
        ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..] => 4,
        _ => return None,
    };
    if upper.get(at).is_some_and(|word| word == "IF") {
        at += 3;
    }
    let name = *words.get(at).filter(|_| upper[at] != "ON")?;
    // As a text it is looked up the way the statement itself looks it up.
    let literal = name.replace('\'', "''");
    Some(Leftover {
        probe: format!(
            "SELECT COALESCE((SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{literal}')), false)"
        ),
        tidy: format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"),
        what: format!("the index {name}, which is not valid"),
    })
}

const STRUCTURE: &[&str] = &[
    "SELECT concat_ws('|', n.nspname, c.relname, c.relkind, c.relpersistence, c.reloptions::text, c.relrowsecurity, \
     c.relispartition, pg_get_expr(c.relpartbound, c.oid), obj_description(c.oid, 'pg_class')) FROM pg_class c \
     JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
    "SELECT concat_ws('|', n.nspname, c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), \
     a.attnotnull, a.attidentity, a.attgenerated, a.attcollation, a.attoptions::text, a.attstorage, \
     pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)) FROM pg_attribute a \
     JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND a.attnum > 0 AND NOT a.attisdropped",
    "SELECT concat_ws('|', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indisclustered, \
     i.indisreplident) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
     JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
    "SELECT concat_ws('|', n.nspname, k.conname, k.conrelid::regclass, k.contypid, pg_get_constraintdef(k.oid), \
     k.convalidated) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace \
     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
    "SELECT concat_ws('|', n.nspname, c.relname, pg_get_viewdef(c.oid)) FROM pg_class c \
     JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('v', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
    "SELECT concat_ws('|', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), \
     pg_get_function_result(p.oid), p.prosrc, p.proconfig::text, p.provolatile, p.prosecdef) FROM pg_proc p \
     JOIN pg_namespace n ON n.oid = p.pronamespace \
     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
    "SELECT concat_ws('|', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t WHERE NOT t.tgisinternal",
    "SELECT concat_ws('|', n.nspname, t.typname, t.typtype, t.typnotnull, t.typdefault, \
     (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)) \
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
     WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
    "SELECT concat_ws('|', s.seqrelid::regclass, s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, \
     s.seqcache, s.seqcycle) FROM pg_sequence s",
    "SELECT concat_ws('|', polname, polrelid::regclass, polcmd, pg_get_expr(polqual, polrelid), \
     pg_get_expr(polwithcheck, polrelid)) FROM pg_policy",
    "SELECT concat_ws('|', extname, extversion) FROM pg_extension",
    "SELECT nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_indexes() {
        let tidy = |sql| leftover(sql).map(|leftover| leftover.tidy);
        assert_eq!(
            tidy("create unique index concurrently if not exists app.\"By Name\" on t (a)").as_deref(),
            Some("DROP INDEX CONCURRENTLY IF EXISTS app.\"By Name\"")
        );
        // Without a name there is nothing to look for.
        assert_eq!(tidy("CREATE INDEX CONCURRENTLY ON t (a)"), None);
        assert_eq!(tidy("DROP INDEX CONCURRENTLY a"), None);
        let quoted = leftover("CREATE INDEX CONCURRENTLY \"it's\" ON t (a)").expect("one");
        assert!(
            quoted.probe.contains("to_regclass('\"it''s\"')"),
            "{}",
            quoted.probe
        );
    }

    #[test]
    fn a_lock_has_a_number_without_a_sign() {
        let number = number_of("manybase_migrate");
        assert!(number > 0);
        assert_eq!(((number >> 32) << 32) | (number & 0xffff_ffff), number);
    }
}
