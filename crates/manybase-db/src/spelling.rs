//! "Did you mean …?"

/// The known name that is nearest to one that is not known, if any is near.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let limit = (name.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&name, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// `did you mean "x"? ` before what else there is to say.
pub(crate) fn hint<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    rest: impl std::fmt::Display,
) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean {near:?}? {rest}"),
        None => rest.to_string(),
    }
}

/// Names in quotes, with commas.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("{name:?}")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_of_the_finger() {
        let known = ["erp", "archive", "legacy"];
        assert_eq!(nearest("achive", known), Some("archive"));
        assert_eq!(nearest("LEGACY", known), Some("legacy"));
        assert_eq!(nearest("epr", known), Some("erp"));
    }

    #[test]
    fn leaves_other_words_alone() {
        assert_eq!(nearest("warehouse", ["erp", "archive"]), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(hint("x", ["y"], "there is y"), "there is y");
        assert_eq!(list(["a", "b"]), r#""a", "b""#);
    }
}
