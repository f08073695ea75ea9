//! Medians and spread.

/// The value below which this part of them lies.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let at = part * last as f64;
    let (below, above) = (at.floor() as usize, at.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * (at - at.floor())
}

pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The middle half's width, as a part of the median.
pub fn spread(values: &[f64]) -> f64 {
    (quantile(values, 0.75) - quantile(values, 0.25)) / median(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_five() {
        let values = [5.0, 1.0, 3.0, 2.0, 4.0];
        assert_eq!(
            (median(&values), quantile(&values, 0.25), spread(&values)),
            (3.0, 2.0, 2.0 / 3.0)
        );
        assert!(median(&[]).is_nan());
    }
}
