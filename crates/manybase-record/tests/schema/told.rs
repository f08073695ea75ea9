//! What stands in the description of a model.

use manybase_record::{ManyToMany, RelationKind, prelude::*};
use manybase_sql::schema::{Check, DefaultValue, IndexKey, OnDelete};

/// Somebody who buys.
///
/// Longer stories are for schema pages.
#[derive(Model)]
#[model(connection = "shop", renamed_from = "CLIENT")]
#[model(index(name, desc(born)), unique(company, number))]
#[model(unique("lower(email)", name = "one_email", filter = "email <> ''"))]
#[model(index(home.city, name = "by_city"), index(name, desc(born), filter = "born IS NOT NULL"))]
#[model(check = "number > 0", check("company <> ''", name = "has_company"))]
#[allow(dead_code)]
struct Customer {
    /// Its number,
    /// which nobody says.
    #[model(key, auto)]
    id: i64,
    #[model(column = "FULL_NAME", renamed_from = "NAME", length = 40)]
    name: String,
    #[model(length = 10)]
    company: String,
    #[model(check = "number < 1000", check("number <> 13", name = "luck"))]
    number: i32,
    #[model(unique, length = 80)]
    email: String,
    #[model(index, default_sql = "CURRENT_DATE")]
    born: chrono::NaiveDate,
    #[model(embedded)]
    home: Address,
    orders: HasMany<Order>,
    groups: ManyToMany<Group, Membership>,
}

#[derive(Clone, Embedded)]
#[allow(dead_code)]
struct Address {
    /// Where letters go.
    #[model(index, renamed_from = "town", length = 30)]
    city: String,
}

#[derive(Model)]
#[model(connection = "shop")]
#[allow(dead_code)]
struct Order {
    #[model(key, auto)]
    id: i64,
    customer_id: i64,
    #[model(on_delete = "cascade")]
    customer: BelongsTo<Customer>,
    by_email: String,
    #[model(foreign_key = by_email, references = email, on_delete = "nullify")]
    mailed: BelongsTo<Customer>,
    /// Not unique there.
    by_name: String,
    #[model(foreign_key = by_name, references = name)]
    named: BelongsTo<Customer>,
    seller_id: i64,
    #[model(no_foreign_key)]
    seller: BelongsTo<Customer>,
    parcel_id: i64,
    parcel: BelongsTo<Parcel>,
    tag_id: i64,
    tag: BelongsTo<Tag>,
}

#[derive(Model)]
#[model(connection = "depot")]
#[allow(dead_code)]
struct Parcel {
    #[model(key, auto)]
    id: i64,
}

/// On the default connection.
#[derive(Model)]
#[allow(dead_code)]
struct Tag {
    #[model(key, auto)]
    id: i64,
}

#[derive(Model)]
#[model(connection = "shop", table = "groups")]
#[allow(dead_code)]
struct Group {
    #[model(key, auto)]
    id: i64,
}

#[derive(Model)]
#[model(connection = "shop")]
#[allow(dead_code)]
struct Membership {
    #[model(key)]
    customer_id: i64,
    #[model(key)]
    group_id: i64,
}

#[derive(Model)]
#[model(view = "SELECT 1 AS one", keyless)]
#[allow(dead_code)]
struct One {
    one: i64,
}

#[test]
fn the_whole() {
    let meta = Customer::meta();
    assert_eq!(
        meta.comment,
        Some("Somebody who buys.\n\nLonger stories are for schema pages.")
    );
    assert_eq!(meta.renamed_from, Some("CLIENT"));
    assert_eq!(meta.columns[0].comment, Some("Its number,\nwhich nobody says."));
    assert_eq!(meta.columns[1].renamed_from.as_deref(), Some("NAME"));
    assert_eq!(meta.columns[6].renamed_from.as_deref(), Some("home_town"));
    let table = meta.schema();
    assert_eq!(table.comment.as_deref(), Some("Somebody who buys."));
    assert_eq!(
        table.columns[0].comment.as_deref(),
        Some("Its number, which nobody says.")
    );
    assert_eq!(
        table.columns[5].default,
        Some(DefaultValue::Sql("CURRENT_DATE".into()))
    );
    assert_eq!(table.uniques, [vec!["email"], vec!["company", "number"]]);
    let checks: Vec<(&str, &str)> = table
        .checks
        .iter()
        .map(|Check { name, sql }| (&**name, &**sql))
        .collect();
    assert_eq!(
        checks,
        [
            ("customer_number_check", "number < 1000"),
            ("luck", "number <> 13"),
            ("customer_check", "number > 0"),
            ("has_company", "company <> ''"),
        ]
    );
    let indexes: Vec<String> = table
        .indexes
        .iter()
        .map(|index| {
            let columns: Vec<String> = index
                .columns
                .iter()
                .map(|column| {
                    let down = if column.descending { "-" } else { "" };
                    match &column.key {
                        IndexKey::Column(name) => format!("{down}{name}"),
                        IndexKey::Expression(sql) => format!("{down}({sql})"),
                    }
                })
                .collect();
            let unique = if index.unique { " unique" } else { "" };
            let filter = index.filter.as_deref().unwrap_or("all");
            format!("{}{unique}: {} of {filter}", index.name, columns.join(" "))
        })
        .collect();
    assert_eq!(
        indexes,
        [
            "customer_born_idx: born of all",
            "customer_home_city_idx: home_city of all",
            "customer_FULL_NAME_born_idx: FULL_NAME -born of all",
            "one_email unique: (lower(email)) of email <> ''",
            "by_city: home_city of all",
            "customer_FULL_NAME_born_idx2: FULL_NAME -born of born IS NOT NULL",
        ]
    );
    assert_eq!(
        (One::meta().view, One::meta().readonly),
        (Some("SELECT 1 AS one"), true)
    );
}

#[test]
fn relations() {
    let shown: Vec<(RelationKind, &str, &str, String)> = Order::meta()
        .relations()
        .iter()
        .chain(&Customer::meta().relations())
        .map(|relation| {
            let through = relation.through.as_ref().map(|through| {
                format!(
                    " through {} {:?} {:?}",
                    through.model.name, through.here, through.there
                )
            });
            let columns = format!("{:?} {:?}", relation.columns, relation.target_columns);
            let how = columns + &through.unwrap_or_default();
            (relation.kind, relation.field, relation.target.name, how)
        })
        .collect();
    use RelationKind::*;
    let expected = [
        (BelongsTo, "customer", "Customer", r#"["customer_id"] ["id"]"#),
        (BelongsTo, "mailed", "Customer", r#"["by_email"] ["email"]"#),
        (BelongsTo, "named", "Customer", r#"["by_name"] ["FULL_NAME"]"#),
        (BelongsTo, "seller", "Customer", r#"["seller_id"] ["id"]"#),
        (BelongsTo, "parcel", "Parcel", r#"["parcel_id"] ["id"]"#),
        (BelongsTo, "tag", "Tag", r#"["tag_id"] ["id"]"#),
        (HasMany, "orders", "Order", r#"["id"] ["customer_id"]"#),
        (
            ManyToMany,
            "groups",
            "Group",
            r#"["id"] ["id"] through Membership ["customer_id"] ["group_id"]"#,
        ),
    ];
    assert_eq!(
        shown,
        expected.map(|(kind, field, target, how)| (kind, field, target, how.to_owned()))
    );
    let crosses = |default| {
        let all = Order::meta().relations().into_iter();
        all.filter(|one| one.crosses(default))
            .map(|one| one.field)
            .collect::<Vec<_>>()
    };
    assert_eq!(crosses("shop"), ["parcel"]);
    assert_eq!(crosses("other"), ["parcel", "tag"]);
}

/// Where keys can be: to a key or a unique column on the same connection.
#[test]
fn foreign_keys() {
    let keys = |table: manybase_sql::schema::Table| -> Vec<(String, String, OnDelete)> {
        table
            .foreign_keys
            .iter()
            .map(|key| {
                let there = format!("{}.{}", key.references, key.referenced_columns[0]);
                (key.columns[0].to_string(), there, key.on_delete)
            })
            .collect()
    };
    let of = |here: &str, there: &str, on_delete| (here.to_owned(), there.to_owned(), on_delete);
    let own = vec![
        of("customer_id", "customer.id", OnDelete::Cascade),
        of("by_email", "customer.email", OnDelete::SetNull),
    ];
    assert_eq!(keys(Order::meta().schema()), own);
    assert_eq!(keys(Order::meta().schema_on("depot")), own);
    let mut more = own;
    more.push(of("tag_id", "tag.id", OnDelete::Restrict));
    assert_eq!(keys(Order::meta().schema_on("shop")), more);
}

mod narrow {
    use manybase_record::prelude::*;

    #[derive(Model)]
    #[model(table = "group_tag", connection = "shop")]
    #[allow(dead_code)]
    pub(crate) struct Far {
        #[model(key)]
        id: i64,
        tag_id: i64,
        #[model(on_delete = "cascade")]
        tag: BelongsTo<super::Tag>,
    }

    /// For lists.
    #[derive(Model)]
    #[model(table = "tag")]
    #[allow(dead_code)]
    pub(crate) struct Tag {
        #[model(key)]
        id: i64,
    }
}

#[test]
fn lists_of_models() {
    use manybase_record::models;
    let all = models!(Customer, Order, Parcel, Tag, Group, Membership, One);
    all.check("main").expect("they fit together");
    let on = |connection| {
        all.on(connection, "main")
            .map(|model| model.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(on("main"), ["Tag", "One"]);
    assert_eq!(on("depot"), ["Parcel"]);
    let error = |models: manybase_record::Models, default| models.check(default).unwrap_err().to_string();
    let told = error(all.clone().and(models!(narrow::Tag,)), "main");
    assert!(told.contains("Tag and Tag stand for table tag"), "{told}");
    let told = error(models!(Tag, Tag), "main");
    assert!(told.contains("Tag stands in the list of models twice"), "{told}");
    models!(narrow::Far, Tag)
        .check("shop")
        .expect("on one connection");
    let told = error(models!(narrow::Far, Tag), "main");
    assert!(
        told.contains("relation tag: Tag lives on connection \"main\""),
        "{told}"
    );
    assert!(told.contains("HasMany"), "{told}");
}
