//! Integrals of smooth functions, panel by panel.

/// Nodes (positive half) and weights of the ten-point Gauss–Legendre rule on −1 to 1 (Abramowitz & Stegun 1964, table
/// 25.4).
const RULE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_4),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// The integral of a function that is smooth between `from` and `to`; negative where `to` lies below `from`.
pub(super) fn panel(function: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (middle, half) = (f64::midpoint(from, to), (to - from) / 2.0);
    let sum: f64 = RULE
        .iter()
        .map(|(node, weight)| weight * (function(middle - half * node) + function(middle + half * node)))
        .sum();
    sum * half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_of_degree_nineteen_are_exact() {
        let integral = panel(&|x: f64| x.powi(19) + x.powi(18), 0.0, 1.0);
        assert!((integral - (0.05 + 1.0 / 19.0)).abs() < 1e-15, "{integral}");
        assert!((panel(&|x: f64| x, 1.0, 0.0) + 0.5).abs() < 1e-15);
    }
}
