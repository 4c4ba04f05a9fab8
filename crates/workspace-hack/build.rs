//! There is nothing to do: a build script is what makes the features of build dependencies count.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
