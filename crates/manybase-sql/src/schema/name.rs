//! Names of what nobody names.

/// The shortest limit among the databases is 63 bytes; a number may come behind the name.
const LONGEST: usize = 60;

/// The name of an index or a constraint that was given none: its parts and a suffix with underscores between them. One that
/// is too long for a database is cut, and a hash of the whole tells it from others.
///
/// ```
/// use manybase_sql::schema::object_name;
/// assert_eq!(object_name(["person", "name"], "idx"), "person_name_idx");
/// let long = object_name(["a_table_with_a_very_long_name_of_its_own", "a_column_with_another_long_name"], "idx");
/// assert_eq!(long.len(), 60);
/// assert!(long.ends_with("_idx"));
/// ```
pub fn object_name<'a>(parts: impl IntoIterator<Item = &'a str>, suffix: &str) -> String {
    let parts: Vec<&str> = parts.into_iter().collect();
    let mut name = parts.join("_");
    if name.len() + 1 + suffix.len() > LONGEST {
        // FNV-1a: short, and the same in every version of the program.
        let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let mut room = LONGEST.saturating_sub(suffix.len() + 10);
        while !name.is_char_boundary(room) {
            room -= 1;
        }
        name.truncate(room);
        name.push_str(&format!("_{hash:08x}"));
    }
    name.push('_');
    name.push_str(suffix);
    name
}
