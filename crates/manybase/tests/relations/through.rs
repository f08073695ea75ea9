//! Many to many, through a join model.

use crate::world::{World, across_databases};
use manybase::prelude::*;
use manybase::{ErrorKind, RelQuery, Result, create_table};
use std::sync::Arc;

across_databases! {
    three_databases,
    order_limit_and_conditions,
    the_same_model_at_both_ends,
    errors_surface,
    links_come_and_go,
    links_with_a_key_of_both,
}

#[derive(Debug, Model)]
#[model(connection = "a")]
struct Person {
    #[model(key, auto)]
    id: i64,
    name: String,
    groups: ManyToMany<Group, Membership>,
    memberships: HasMany<Membership>,
    #[model(foreign_key = follower, other_key = followed)]
    follows: ManyToMany<Person, Follow>,
    #[model(foreign_key = followed, other_key = follower)]
    followers: ManyToMany<Person, Follow>,
}

#[derive(Debug, Model)]
#[model(connection = "b", table = "groups_of_people")]
struct Group {
    #[model(key)]
    code: String,
    title: String,
    #[model(foreign_key = group_code, other_key = person_id)]
    people: ManyToMany<Person, Membership>,
}

#[derive(Debug, Model)]
#[model(connection = "c")]
struct Membership {
    #[model(key, auto)]
    id: i64,
    person_id: i32,
    group_id: Option<String>,
    #[model(column = "group_code")]
    group_code: Option<String>,
    role: String,
    #[model(foreign_key = group_id)]
    group: BelongsTo<Group>,
}

#[derive(Debug, Model)]
#[model(connection = "c")]
struct Follow {
    #[model(key)]
    follower: i64,
    #[model(key)]
    followed: i64,
}

async fn people(world: &World) -> Result<()> {
    let db = &world.db;
    create_table::<Person>(db).await?;
    create_table::<Group>(db).await?;
    create_table::<Membership>(db).await?;
    create_table::<Follow>(db).await?;
    let person = |name: &str| Person {
        id: 0,
        name: name.into(),
        groups: ManyToMany::default(),
        memberships: HasMany::default(),
        follows: ManyToMany::default(),
        followers: ManyToMany::default(),
    };
    Person::insert_many(["Ann", "Bob", "Cem", "Dee"].map(person), db).await?;
    let group = |code: &str, title: &str| Group {
        code: code.into(),
        title: title.into(),
        people: ManyToMany::default(),
    };
    Group::insert_many([group("x", "Chess"), group("y", "Boats"), group("z", "Art")], db).await?;
    let link = |person_id, code: Option<&str>, role: &str| Membership {
        id: 0,
        person_id,
        group_id: code.map(Into::into),
        group_code: code.map(Into::into),
        role: role.into(),
        group: BelongsTo::default(),
    };
    let links = [
        link(1, Some("x"), "admin"),
        link(1, Some("y"), "member"),
        link(1, Some("z"), "member"),
        link(2, Some("x"), "member"),
        link(2, Some("x"), "admin"),
        link(3, Some("gone"), "member"),
        link(3, None, "member"),
        link(99, Some("z"), "member"),
    ];
    Membership::insert_many(links, db).await?;
    Ok(())
}

fn titles(person: &Person) -> Result<Vec<&str>> {
    Ok(person
        .groups
        .loaded()?
        .iter()
        .map(|group| &*group.title)
        .collect())
}

async fn three_databases(world: Arc<World>) -> Result<()> {
    people(&world).await?;
    let people = Person::query()
        .order_by(|p| p.id.asc())
        .include(|p| p.groups.order_by(|g| g.title.asc()))
        .all(&world.db)
        .await?;
    let found: Vec<Vec<&str>> = people
        .iter()
        .map(|person| titles(person))
        .collect::<Result<_>>()?;
    // Two records of the join model are two links, each with its own role.
    assert_eq!(
        found,
        [
            vec!["Art", "Boats", "Chess"],
            vec!["Chess", "Chess"],
            vec![],
            vec![]
        ]
    );
    let bob = people[1].groups.loaded()?;
    let roles: Vec<&str> = bob.with_links().map(|(_, link)| &*link.role).collect();
    assert_eq!(roles, ["member", "admin"]);
    assert!(std::ptr::eq(bob.get(0).unwrap(), bob.get(1).unwrap()));
    assert!(bob.get(2).is_none() && people[3].groups.loaded()?.is_empty());
    let groups = Group::query()
        .order_by(|g| g.code.asc())
        .include(|g| g.people.include(|p| p.groups))
        .all(&world.db)
        .await?;
    let names: Vec<Vec<&str>> = groups
        .iter()
        .map(|group| {
            Ok(group
                .people
                .loaded()?
                .iter()
                .map(|person| &*person.name)
                .collect())
        })
        .collect::<Result<_>>()?;
    assert_eq!(names, [vec!["Ann", "Bob", "Bob"], vec!["Ann"], vec!["Ann"]]);
    let ann = groups[1].people.loaded()?.get(0).unwrap();
    assert_eq!(ann.groups.loaded()?.len(), 3);
    // The other way: by the join model's own relations.
    let people = Person::query()
        .order_by(|p| p.id.asc())
        .include(|p| p.memberships.order_by(|m| m.id.asc()).include(|m| m.group))
        .all(&world.db)
        .await?;
    let first = &people[0].memberships.loaded()?[0];
    assert_eq!(
        (&*first.role, &*first.group.loaded()?.unwrap().title),
        ("admin", "Chess")
    );
    Ok(())
}

async fn order_limit_and_conditions(world: Arc<World>) -> Result<()> {
    people(&world).await?;
    let all = |include: RelQuery<Person, ManyToMany<Group, Membership>>| {
        Person::query()
            .order_by(|p| p.id.asc())
            .include(|_| include)
            .all(&world.db)
    };
    let c = Person::COLUMNS;
    let last = all(c.groups.order_by(|g| g.title.desc()).limit(2)).await?;
    assert_eq!(titles(&last[0])?, ["Chess", "Boats"]);
    assert_eq!(titles(&last[1])?, ["Chess", "Chess"]);
    let second = all(c.groups.order_by(|g| g.title.asc()).offset(1).limit(1)).await?;
    assert_eq!(titles(&second[0])?, ["Boats"]);
    let unordered = all(c.groups.limit(2)).await?;
    assert_eq!(titles(&unordered[0])?, ["Chess", "Boats"]);
    let admins = all(c.groups.filter_links(|m| m.role.eq("admin"))).await?;
    assert_eq!(
        (titles(&admins[0])?, titles(&admins[1])?),
        (vec!["Chess"], vec!["Chess"])
    );
    assert_eq!(admins[1].groups.loaded()?.len(), 1);
    let named = all(c
        .groups
        .filter(|g| g.title.ne("Chess"))
        .filter_links(|m| m.role.eq("member")))
    .await?;
    assert_eq!((titles(&named[0])?.len(), titles(&named[1])?.len()), (2, 0));
    Ok(())
}

async fn the_same_model_at_both_ends(world: Arc<World>) -> Result<()> {
    people(&world).await?;
    let follows = [(1, 2), (1, 3), (3, 1)];
    Follow::insert_many(
        follows.map(|(follower, followed)| Follow { follower, followed }),
        &world.db,
    )
    .await?;
    let people = Person::query()
        .order_by(|p| p.id.asc())
        .include(|p| p.follows.order_by(|p| p.name.asc()).include(|p| p.follows))
        .include(|p| p.followers)
        .all(&world.db)
        .await?;
    let names = |of: &ManyToMany<Person, Follow>| -> Result<Vec<String>> {
        Ok(of.loaded()?.iter().map(|person| person.name.clone()).collect())
    };
    assert_eq!(names(&people[0].follows)?, ["Bob", "Cem"]);
    assert_eq!(names(&people[0].followers)?, ["Cem"]);
    assert_eq!(names(&people[1].follows)?, [""; 0]);
    let cem = people[0].follows.loaded()?.get(1).unwrap();
    assert_eq!(names(&cem.follows)?, ["Ann"]);
    Ok(())
}

async fn errors_surface(world: Arc<World>) -> Result<()> {
    people(&world).await?;
    let person = Person::find(1).one(&world.db).await?;
    assert_eq!(
        person.groups.loaded().expect_err("not loaded").kind(),
        ErrorKind::NotLoaded
    );
    manybase::drop_table::<Group>(&world.db).await?;
    let error = Person::query()
        .include(|p| p.groups)
        .all(&world.db)
        .await
        .expect_err("gone");
    assert_eq!(
        (error.kind(), error.model(), error.connection()),
        (ErrorKind::UnknownTable, Some("Group"), Some("b"))
    );
    manybase::drop_table::<Membership>(&world.db).await?;
    let error = Person::query()
        .include(|p| p.groups)
        .all(&world.db)
        .await
        .expect_err("gone");
    assert_eq!(
        (error.model(), error.connection()),
        (Some("Membership"), Some("c"))
    );
    Ok(())
}

async fn codes(db: &Db, person: i64) -> Result<Vec<(String, String)>> {
    let links = Membership::filter(|m| m.person_id.eq(person as i32)).order_by(|m| m.id.asc());
    let links = links.all(db).await?.into_iter();
    Ok(links
        .map(|link| (link.group_code.clone().unwrap_or_default(), link.role.clone()))
        .collect())
}

async fn links_come_and_go(world: Arc<World>) -> Result<()> {
    people(&world).await?;
    let db = &world.db;
    let groups = Group::query().order_by(|g| g.code.asc()).all(db).await?;
    let mut ann = Person::find(1).include(|p| p.groups).one(db).await?;
    let admin = || Membership {
        id: 0,
        person_id: 0,
        group_id: None,
        group_code: None,
        role: "new".into(),
        group: BelongsTo::default(),
    };
    let mut dee = Person::find(4).one(db).await?;
    // The join model has a key of its own, and the relation goes by `group_id`.
    assert!(dee.links(|p| p.groups).add_with(&groups[0], admin(), db).await?);
    assert!(!dee.links(|p| p.groups).add_with(&groups[0], admin(), db).await?);
    let linked = Membership::filter(|m| m.person_id.eq(4)).all(db).await?;
    assert_eq!(linked.len(), 1);
    assert_eq!(
        (linked[0].group_id.as_deref(), &*linked[0].role),
        (Some("x"), "new")
    );
    // Ann has x, y, z.
    assert_eq!(ann.groups.loaded()?.len(), 3);
    let changed = ann
        .links(|p| p.groups)
        .set_with([(&groups[1], admin()), (&groups[1], admin())], db)
        .await?;
    assert_eq!((changed.added, changed.removed), (0, 2));
    assert!(ann.groups.loaded().is_err(), "what was loaded is old");
    assert_eq!(codes(db, 1).await?, [("y".to_owned(), "member".to_owned())]);
    assert_eq!(ann.links(|p| p.groups).remove(&groups[2], db).await?, 0);
    // Bob is in x twice, and leaves it once and for all.
    let mut bob = Person::find(2).one(db).await?;
    assert!(!bob.links(|p| p.groups).add_with(&groups[0], admin(), db).await?);
    assert_eq!(bob.links(|p| p.groups).remove(&*groups[0], db).await?, 2);
    // In a transaction that is undone nothing has happened.
    let undone: Result<()> = db
        .transaction(async |tx| {
            let mut ann = Person::find(1).one(tx).await?;
            assert!(ann.links(|p| p.groups).add_with(&groups[0], admin(), tx).await?);
            assert_eq!(ann.links(|p| p.groups).clear(tx).await?, 2);
            Err(manybase::Error::new(ErrorKind::NotFound, "no"))
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(codes(db, 1).await?.len(), 1);
    assert_eq!(ann.links(|p| p.groups).clear(db).await?, 1);
    assert_eq!(Group::query().count(db).await?, 3);
    assert_eq!(
        Membership::filter(|m| m.person_id.eq(3)).count(db).await?,
        2,
        "others keep theirs"
    );
    Ok(())
}

#[derive(Debug, Model)]
#[model(connection = "a")]
struct Reader {
    #[model(key, auto)]
    id: i64,
    tags: ManyToMany<Tag, Reading>,
}

#[derive(Debug, Model)]
#[model(connection = "b")]
struct Tag {
    #[model(key, auto)]
    id: i64,
}

#[derive(Debug, Default, Model)]
#[model(connection = "c")]
struct Reading {
    #[model(key)]
    reader_id: i64,
    #[model(key)]
    tag_id: i64,
    stars: i32,
    #[model(soft_delete)]
    gone: Option<DateTime<Utc>>,
}

async fn links_with_a_key_of_both(world: Arc<World>) -> Result<()> {
    let db = &world.db;
    create_table::<Reader>(db).await?;
    create_table::<Tag>(db).await?;
    create_table::<Reading>(db).await?;
    let mut reader = Reader {
        id: 0,
        tags: ManyToMany::default(),
    }
    .insert(db)
    .await?;
    let mut tags = Vec::new();
    for _ in 0..4 {
        tags.push(Tag { id: 0 }.insert(db).await?);
    }
    let changed = reader.links(|r| r.tags).set(&tags[..3], db).await?;
    assert_eq!((changed.added, changed.removed), (3, 0));
    let changed = reader.links(|r| r.tags).set(&tags[1..], db).await?;
    assert_eq!((changed.added, changed.removed), (1, 1));
    // A deleted link is in the way of none: it comes back, with what is said now.
    let five = Reading {
        stars: 5,
        ..Reading::default()
    };
    assert!(reader.links(|r| r.tags).add_with(&tags[0], five, db).await?);
    assert!(!reader.links(|r| r.tags).add(&tags[0], db).await?);
    let link = Reading::find((reader.id, tags[0].id)).one(db).await?;
    assert_eq!((link.stars, link.gone), (5, None));
    assert_eq!(Reading::query().with_deleted().count(db).await?, 4);
    assert_eq!(
        reader.links(|r| r.tags).set([] as [&Tag; 0], db).await?.removed,
        4
    );
    // Two at the same time make one link, or the second finds the first one's.
    let (mut one, mut other) = (
        Reader::find(reader.id).one(db).await?,
        Reader::find(reader.id).one(db).await?,
    );
    Reading::query().with_deleted().hard_delete(db).await?;
    let (one, other) = tokio::join!(
        one.links(|r| r.tags).add(&tags[3], db),
        other.links(|r| r.tags).add(&tags[3], db)
    );
    assert_eq!(u8::from(one?) + u8::from(other?), 1);
    assert_eq!(Reading::query().count(db).await?, 1);
    Ok(())
}
