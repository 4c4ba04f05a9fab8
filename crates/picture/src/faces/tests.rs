//! The model is the one that was published, and no picture is too odd for it.

use image::Luma;
use sha2::{Digest, Sha256};

use super::*;

#[test]
fn the_model_is_the_one_that_comes_with_rustface() {
    let sum = Sha256::digest(MODEL).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    assert_eq!(sum, "c4619d066ed35e84d9a8e842860b0dff567aba0cbb139881075538761db3ff5d");
    assert!(
        include_str!("../../assets/seeta_fd_frontal_v1.0.LICENSE").contains("Institute of Computing Technology")
    );
}

#[test]
fn pictures_of_any_size_have_a_count_or_are_not_measured() {
    let faces = Faces::new().unwrap();
    let noise = |width, height| {
        GrayImage::from_fn(width, height, |x, y| {
            let mixed = (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
            Luma([mixed.to_be_bytes()[0]])
        })
    };
    for (width, height) in [(0, 0), (1, 1), (39, 512), (512, 39), (512, 1)] {
        assert_eq!(faces.look(&noise(width, height)), FacesSeen::NOT_LOOKED_FOR, "{width} × {height}");
    }
    // Every size at which the smallest copy of the pyramid is about as large as the detector's window.
    for side in (40..70).chain([79, 100, 410, 512]) {
        for (width, height) in [(side, side), (side, 512), (512, side)] {
            let seen = faces.look(&noise(width, height));
            assert_eq!((seen.method, seen.count), (METHOD, Some(0.0)), "{width} × {height}");
        }
    }
    for shade in [0, 128, 255] {
        assert_eq!(faces.look(&GrayImage::from_pixel(410, 512, Luma([shade]))).count, Some(0.0));
    }
}
