//! Which boxes of one connection stand beside each other, and in which order.

use std::collections::{BTreeMap, BTreeSet};

/// Lines of one connection, from the box that holds a key to the one that it points to.
pub(super) type Lines = BTreeSet<(usize, usize)>;

/// Boxes in layers from left to right: what is pointed to stands left of what points to it, as far as there are no rings.
/// Neighbours in a layer stand near what they are joined with.
pub(super) fn layers(members: &[usize], lines: &Lines) -> Vec<Vec<usize>> {
    let rank = ranks(members, lines);
    let count = rank.values().max().map_or(0, |most| most + 1);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &member in members {
        layers[rank[&member]].push(member);
    }
    let mut near: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(holder, pointed) in lines {
        near.entry(holder).or_default().push(pointed);
        near.entry(pointed).or_default().push(holder);
    }
    for sweep in 0..4 {
        let order: Vec<usize> = match sweep % 2 {
            0 => (1..count).collect(),
            _ => (0..count.saturating_sub(1)).rev().collect(),
        };
        for at in order {
            let beside = if sweep % 2 == 0 { at - 1 } else { at + 1 };
            let place = places(&layers, beside);
            let size = layers[at].len();
            let mut keyed: Vec<(u64, usize)> = layers[at]
                .iter()
                .enumerate()
                .map(|(own, member)| {
                    let found: Vec<u64> = near
                        .get(member)
                        .into_iter()
                        .flatten()
                        .filter_map(|other| place.get(other).copied())
                        .collect();
                    let middle = match found.len() {
                        0 => own as u64 * SCALE / size as u64,
                        n => found.iter().sum::<u64>() / n as u64,
                    };
                    (middle, *member)
                })
                .collect();
            keyed.sort_by_key(|(middle, _)| *middle);
            layers[at] = keyed.into_iter().map(|(_, member)| member).collect();
        }
    }
    layers
}

const SCALE: u64 = 1 << 20;

/// How far down each box of a layer stands.
fn places(layers: &[Vec<usize>], at: usize) -> BTreeMap<usize, u64> {
    let layer = &layers[at];
    let place = |(n, member): (usize, &usize)| (*member, n as u64 * SCALE / layer.len() as u64);
    layer.iter().enumerate().map(place).collect()
}

/// The longest way down to something that points to nothing. A ring is cut where fewest lines are lost.
fn ranks(members: &[usize], lines: &Lines) -> BTreeMap<usize, usize> {
    let mut open: BTreeMap<usize, BTreeSet<usize>> =
        members.iter().map(|&member| (member, BTreeSet::new())).collect();
    let mut holders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(holder, pointed) in lines {
        if let Some(waits_for) = open.get_mut(&holder) {
            waits_for.insert(pointed);
        }
        holders.entry(pointed).or_default().push(holder);
    }
    let mut rank: BTreeMap<usize, usize> = members.iter().map(|&member| (member, 0)).collect();
    let mut waiting: BTreeSet<(usize, usize)> = open.iter().map(|(&member, of)| (of.len(), member)).collect();
    while let Some((_, member)) = waiting.pop_first() {
        let Some(_) = open.remove(&member) else { continue };
        let next = rank[&member] + 1;
        for &holder in holders.get(&member).into_iter().flatten() {
            let Some(waits_for) = open.get_mut(&holder) else {
                continue;
            };
            waiting.remove(&(waits_for.len(), holder));
            waits_for.remove(&member);
            waiting.insert((waits_for.len(), holder));
            if let Some(own) = rank.get_mut(&holder) {
                *own = next.max(*own);
            }
        }
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pointed_to_stands_left() {
        let lines = Lines::from([(1, 0), (2, 1), (3, 0), (3, 2)]);
        assert_eq!(layers(&[0, 1, 2, 3], &lines), [[0], [1], [2], [3]]);
    }

    #[test]
    fn rings_come_to_an_end() {
        let lines = Lines::from([(0, 1), (1, 2), (2, 0)]);
        let layers = layers(&[0, 1, 2], &lines);
        assert_eq!(layers.iter().map(Vec::len).sum::<usize>(), 3);
    }

    #[test]
    fn neighbours_stand_near() {
        // Without sorting, both lines would cross.
        let lines = Lines::from([(2, 1), (3, 0)]);
        assert_eq!(layers(&[0, 1, 2, 3], &lines), [[0, 1], [3, 2]]);
    }
}
