//! Neutral types as texts.

use super::ColumnType;
use manybase_sql::DataType;
use serde::{Deserialize, Serialize};

/// As it stands in JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Written {
    Neutral(String),
    Native { native: String },
}

impl From<ColumnType> for Written {
    fn from(of: ColumnType) -> Self {
        match of {
            ColumnType::Neutral(data_type) => Self::Neutral(text(data_type)),
            ColumnType::Native(native) => Self::Native { native },
        }
    }
}

impl TryFrom<Written> for ColumnType {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Native { native } => Ok(Self::Native(native)),
            Written::Neutral(text) => parse(&text).map(Self::Neutral).ok_or_else(|| {
                format!(
                    "\"{text}\" is no type: write such as i64, text(40), decimal(10, 2), or {{\"native\": …}}"
                )
            }),
        }
    }
}

const PLAIN: [(&str, DataType); 16] = [
    ("bool", DataType::Bool),
    ("i16", DataType::I16),
    ("i32", DataType::I32),
    ("i64", DataType::I64),
    ("u64", DataType::U64),
    ("f32", DataType::F32),
    ("f64", DataType::F64),
    ("decimal", DataType::Decimal { precision: None }),
    ("text", DataType::Text { length: None }),
    ("bytes", DataType::Bytes),
    ("date", DataType::Date),
    ("time", DataType::Time),
    ("datetime", DataType::DateTime),
    ("timestamp", DataType::Timestamp),
    ("uuid", DataType::Uuid),
    ("json", DataType::Json),
];

/// Its name in plans and messages.
pub(crate) fn text(data_type: DataType) -> String {
    match data_type {
        DataType::Decimal {
            precision: Some((total, scale)),
        } => format!("decimal({total}, {scale})"),
        DataType::Text { length: Some(length) } => format!("text({length})"),
        DataType::Char(length) => format!("char({length})"),
        plain => (PLAIN.iter().find(|(_, one)| *one == plain))
            .map_or_else(|| format!("{plain:?}"), |(name, _)| (*name).to_owned()),
    }
}

fn parse(text: &str) -> Option<DataType> {
    if let Some((_, found)) = PLAIN.iter().find(|(name, _)| *name == text) {
        return Some(*found);
    }
    let (name, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    match name {
        "text" => Some(DataType::Text {
            length: Some(inner.trim().parse().ok()?),
        }),
        "char" => Some(DataType::Char(inner.trim().parse().ok()?)),
        "decimal" => {
            let (total, scale) = inner.split_once(',')?;
            Some(DataType::Decimal {
                precision: Some((total.trim().parse().ok()?, scale.trim().parse().ok()?)),
            })
        }
        _ => None,
    }
}

/// A neutral type that may be absent, for serde.
pub(super) mod holds {
    use super::{parse, text};
    use manybase_sql::DataType;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(of: &Option<DataType>, serializer: S) -> Result<S::Ok, S::Error> {
        of.map(text).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<DataType>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.and_then(|text| parse(&text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_again() {
        let more = [
            DataType::Text { length: Some(40) },
            DataType::Char(2),
            DataType::Decimal {
                precision: Some((10, 2)),
            },
        ];
        for data_type in PLAIN.iter().map(|(_, one)| *one).chain(more) {
            assert_eq!(parse(&text(data_type)), Some(data_type));
        }
        assert_eq!(parse("text(x)"), None);
        assert_eq!(parse("varchar(3)"), None);
    }
}
