//! The main colours of a picture: k-means in CIELAB.

use image::RgbImage;
use kmeans_colors::get_kmeans_hamerly;
use palette::white_point::D65;
use palette::{FromColor, Lab, Srgb};

use super::count::count;
use super::measure::rounded;
use super::portrait::DominantColour;

/// Pixels of the longer side of the sample that is grouped.
pub(crate) const GROUPED_SIDE: u32 = 96;

/// Groups that are looked for, of which those alike are put together.
const GROUPS: usize = 8;

/// Colours at most.
const COLOURS: usize = 5;

/// How near two groups are one colour, in CIE 1976 (2.3 is just noticed).
const ALIKE: f64 = 10.0;

/// The least share of a main colour.
const LEAST_SHARE: f64 = 0.01;

/// Rounds of k-means at most, and the movement of all centres together at which it ends.
const ROUNDS: usize = 20;
const SETTLED: f32 = 1e-3;

/// Where k-means starts: a picture always gets the same colours.
const SEED: u64 = 0;

/// A group of pixels.
#[derive(Clone, Copy)]
struct Group {
    colour: Lab<D65, f64>,
    pixels: usize,
}

/// The main colours, the largest first.
pub(crate) fn colours(copy: &RgbImage) -> Vec<DominantColour> {
    let pixels: Vec<Lab<D65, f64>> =
        copy.pixels().map(|pixel| Lab::from_color(Srgb::from(pixel.0).into_format())).collect();
    if pixels.is_empty() {
        return Vec::new();
    }
    let found = get_kmeans_hamerly(GROUPS, ROUNDS, SETTLED, false, &pixels, SEED);
    let mut groups: Vec<Group> =
        found.centroids.iter().map(|colour| Group { colour: *colour, pixels: 0 }).collect();
    for index in found.indices {
        groups[usize::from(index)].pixels += 1;
    }
    groups.retain(|group| group.pixels > 0);
    let mut colours: Vec<DominantColour> = merged(groups)
        .into_iter()
        .map(|group| DominantColour {
            rgb: Srgb::from_color(group.colour).into_format::<u8>().into(),
            share: rounded(count(group.pixels) / count(pixels.len())),
        })
        .filter(|colour| colour.share >= LEAST_SHARE)
        .collect();
    colours.sort_by(|one, other| other.share.total_cmp(&one.share).then(one.rgb.cmp(&other.rgb)));
    colours.truncate(COLOURS);
    colours
}

/// Puts the two nearest groups together until all are apart.
fn merged(mut groups: Vec<Group>) -> Vec<Group> {
    loop {
        let pairs = (0..groups.len()).flat_map(|other| (0..other).map(move |one| (one, other)));
        let nearest = pairs
            .map(|(one, other)| (distance(groups[one].colour, groups[other].colour), one, other))
            .min_by(|one, other| one.0.total_cmp(&other.0));
        match nearest {
            Some((apart, one, other)) if apart < ALIKE => {
                let gone = groups.swap_remove(other);
                groups[one] = together(groups[one], gone);
            }
            _ => return groups,
        }
    }
}

/// How far apart two colours are (CIE 1976).
fn distance(one: Lab<D65, f64>, other: Lab<D65, f64>) -> f64 {
    let apart = one - other;
    (apart.l * apart.l + apart.a * apart.a + apart.b * apart.b).sqrt()
}

/// Two groups as one.
fn together(one: Group, other: Group) -> Group {
    let pixels = one.pixels + other.pixels;
    let share = count(one.pixels) / count(pixels);
    Group { colour: one.colour * share + other.colour * (1.0 - share), pixels }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn a_plain_picture_has_one_colour() {
        let found = colours(&RgbImage::from_pixel(30, 20, Rgb([12, 200, 99])));
        assert_eq!(found, [DominantColour { rgb: [12, 200, 99], share: 1.0 }]);
        assert_eq!(colours(&RgbImage::from_pixel(1, 1, Rgb([0, 0, 0]))).len(), 1);
    }

    #[test]
    fn stripes_are_found_with_their_shares() {
        let stripes = RgbImage::from_fn(100, 10, |x, _| match x {
            0..50 => Rgb([250, 250, 250]),
            50..80 => Rgb([200, 20, 30]),
            80..95 => Rgb([20, 30, 160]),
            _ => Rgb([10, 120, 40]),
        });
        let found: Vec<_> = colours(&stripes).into_iter().map(|colour| (colour.rgb, colour.share)).collect();
        assert_eq!(
            found,
            [([250, 250, 250], 0.5), ([200, 20, 30], 0.3), ([20, 30, 160], 0.15), ([10, 120, 40], 0.05)]
        );
    }

    #[test]
    fn shades_of_one_colour_are_one() {
        let shades = RgbImage::from_fn(60, 60, |x, y| Rgb([100 + u8::try_from((x + y) % 12).unwrap(), 60, 60]));
        assert_eq!(colours(&shades).len(), 1);
    }

    #[test]
    fn the_same_picture_has_the_same_colours() {
        let picture = RgbImage::from_fn(90, 70, |x, y| {
            Rgb([x * 2, y * 3, (x * y) % 256].map(|level| u8::try_from(level % 256).unwrap()))
        });
        let found = colours(&picture);
        assert!(found.len() > 2 && found.iter().map(|colour| colour.share).sum::<f64>() <= 1.001);
        assert_eq!(found, colours(&picture));
    }
}
