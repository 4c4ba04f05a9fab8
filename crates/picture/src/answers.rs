//! What is found on the covers of `tests/pictures_text.py`, for it to compare with what was drawn on them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::copies::{MEASURED_SIDE, Original, grey};
use super::decode::decode;
use super::faces::Faces;
use super::limits::Limits;
use super::rectangle::Rectangle;
use super::scaler::Scaler;
use super::text::{self, TextModel};

/// The folder of the covers, and where the answers go.
const FOLDER: &str = "COVERLEDGER_PICTURES_TEXT";
/// Set if they are also to be looked at once and at 640 pixels, which takes thrice as long.
const FINER: &str = "COVERLEDGER_PICTURES_TEXT_FINER";
const WORKERS: usize = 2;

/// Corners, in parts of the picture.
fn places(found: &[Rectangle], (width, height): (u32, u32)) -> String {
    let corner = |[x, y]: [f64; 2]| format!("[{:.5}, {:.5}]", x / f64::from(width), y / f64::from(height));
    let place = |found: &Rectangle| format!("[{}]", found.corners().map(corner).join(", "));
    format!("[{}]", found.iter().map(place).collect::<Vec<_>>().join(", "))
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

fn timed<T>(spent: &mut Duration, look: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let seen = look();
    *spent += started.elapsed();
    seen
}

/// What is found on one cover, as a member of a JSON object.
fn answer(path: &Path, finer: bool, model: &TextModel, faces: &Faces, spent: &mut [Duration; 4]) -> String {
    let original = Original::new(decode(&fs::read(path).unwrap(), &Limits::default()).unwrap());
    let mut scaler = Scaler::default();
    let [large, small] = [text::SIDE, MEASURED_SIDE].map(|side| original.copy(&mut scaler, side));
    let size = large.dimensions();
    let lines = timed(&mut spent[0], || text::find(&large, model, text::MODEL_SIDE).unwrap());
    let seen = timed(&mut spent[0], || text::measured(&large, &lines));
    let coarse = timed(&mut spent[1], || text::look(&small, None));
    let people = timed(&mut spent[2], || faces.scored(&grey(&small)));
    let scores = people.iter().map(|(_, score)| score.to_string()).collect::<Vec<_>>().join(", ");
    let people: Vec<_> = people.into_iter().map(|(place, _)| place).collect();
    let name = path.file_stem().unwrap().to_str().unwrap();
    let mut told = format!(
        "\"{name}\": {{\"share\": {}, \"lines\": {}, \"height\": {}, \"contrast\": {}, \"coarse\": {}, \
         \"found\": {}, \"faces\": {}, \"scores\": [{scores}]",
        number(seen.share),
        number(seen.lines),
        number(seen.height),
        number(seen.contrast),
        number(coarse.share),
        places(&lines, size),
        places(&people, small.dimensions()),
    );
    if finer {
        let boxes = text::boxes_at_first(&large, model);
        let lines = timed(&mut spent[3], || text::find(&large, model, 640).unwrap());
        write!(told, ", \"boxes\": {}, \"finer\": {}", places(&boxes, size), places(&lines, size)).unwrap();
    }
    told + "}"
}

#[test]
#[ignore = "asked for by tests/pictures_text.py"]
#[expect(clippy::disallowed_methods, reason = "told where the covers are by the script that drew them")]
fn text_and_faces_are_told_for_comparison() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("the folder of the covers"));
    let finer = std::env::var_os(FINER).is_some();
    let model = TextModel::load(text::tests::model_file().expect("the model")).unwrap();
    let mut covers: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    covers.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    covers.sort();
    let all = covers.len();
    let (left, told) = (Mutex::new(covers), Mutex::new((Vec::new(), [Duration::ZERO; 4])));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let (model, faces, mut spent) = (model.clone(), Faces::new().unwrap(), [Duration::ZERO; 4]);
                let mut answers = Vec::new();
                loop {
                    let next = left.lock().unwrap().pop();
                    let Some(path) = next else { break };
                    answers.push(answer(&path, finer, &model, &faces, &mut spent));
                }
                let mut told = told.lock().unwrap();
                told.0.append(&mut answers);
                for (sum, spent) in told.1.iter_mut().zip(spent) {
                    *sum += spent;
                }
            });
        }
    });
    let (mut answers, spent) = told.into_inner().unwrap();
    answers.sort();
    let mut text = format!("{{\n{}", answers.join(",\n"));
    for (name, spent) in ["text", "coarse text", "faces", "text at 640 px"].into_iter().zip(spent) {
        let each = spent.as_secs_f64() * 1e3 / f64::from(u32::try_from(all).unwrap());
        write!(text, ",\n\"milliseconds of {name}\": {each:.1}").unwrap();
    }
    fs::write(folder.join("answers.json"), text + "\n}\n").unwrap();
}
