//! The registry as JSON Schema (draft 7), as the YAML language server in editors understands it.
//!
//! A schema accepts every file that the reader accepts. What one key alone decides it decides too: types, bounds, words,
//! unknown keys, keys that the kind of rows forbids. What takes several keys, other files or a calendar is left to
//! `coverledger check`.

use serde_json::{Map, Value, json};

use super::{Declaration, Need, Shape, Spec, files};
use crate::kind::RowKind;
use crate::names::NAME;
use crate::quantity::{DURATION_UNITS, SIZE_UNITS};
use crate::yaml;

/// The names of the schemas that there are.
#[must_use]
pub fn schema_names() -> Vec<&'static str> {
    files().into_iter().map(|(name, _)| name).collect()
}

/// The schema of one kind of file, by its name among [`schema_names`].
#[must_use]
pub fn schema(name: &str) -> Option<String> {
    let (_, spec) = files().into_iter().find(|(known, _)| *known == name)?;
    let mut definitions = Map::new();
    let mut document = Map::new();
    document.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    document.insert("title".to_owned(), json!(format!("coverledger: {}", spec.what)));
    document.extend(object(&spec, &mut definitions));
    if !definitions.is_empty() {
        document.insert("definitions".to_owned(), Value::Object(definitions));
    }
    serde_json::to_string_pretty(&document).ok().map(|text| text + "\n")
}

/// A section: its keys and no others.
fn object(spec: &Spec, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    if spec.is_file {
        let version = json!({"type": "integer", "const": 1, "description": "The shape of this file."});
        properties.insert("version".to_owned(), version);
    }
    for key in &spec.keys {
        properties.insert(key.name.to_owned(), property(key, definitions));
    }
    let is_required = |key: &&Declaration| matches!(key.need, Need::Required) && key.rows.is_empty();
    let version = spec.is_file.then_some("version");
    let required: Vec<&str> =
        version.into_iter().chain(spec.keys.iter().filter(is_required).map(|key| key.name)).collect();
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    object.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
    object.insert("additionalProperties".to_owned(), json!(false));
    let conditions = conditions(spec);
    if !conditions.is_empty() {
        object.insert("allOf".to_owned(), Value::Array(conditions));
    }
    object
}

/// What the values of `rows` and `format` forbid and require beside them.
fn conditions(spec: &Spec) -> Vec<Value> {
    let mut conditions = Vec::new();
    // Elsewhere `rows` is the name of another thing.
    if depends_on_rows(spec) && spec.keys.iter().any(|key| key.name == "rows") {
        for kind in RowKind::ALL {
            let mut then = of_rows(spec, kind);
            for key in &spec.keys {
                let Shape::Section(within) = &key.shape else { continue };
                let within = within();
                if depends_on_rows(&within) {
                    then["properties"][key.name] = of_rows(&within, kind);
                }
            }
            conditions.push(condition("rows", kind.word(), &then));
        }
    }
    let limited: Vec<&Declaration> = spec.keys.iter().filter(|key| !key.formats.is_empty()).collect();
    let mut words: Vec<&str> = limited.iter().flat_map(|key| key.formats.iter().copied()).collect();
    // Nothing goes with Parquet.
    words.extend((!limited.is_empty()).then_some("parquet"));
    words.sort_unstable();
    words.dedup();
    for word in words {
        let forbidden = limited.iter().filter(|key| !key.formats.contains(&word)).map(|key| key.name);
        conditions.push(condition("format", word, &json!({"properties": none_of(forbidden)})));
    }
    conditions
}

fn depends_on_rows(spec: &Spec) -> bool {
    spec.keys.iter().any(|key| !key.rows.is_empty())
}

/// Which keys a kind of rows forbids, and which it requires.
fn of_rows(spec: &Spec, kind: RowKind) -> Value {
    let limited = || spec.keys.iter().filter(|key| !key.rows.is_empty());
    let forbidden = limited().filter(|key| !key.rows.contains(&kind)).map(|key| key.name);
    let required = limited().filter(|key| key.rows.contains(&kind) && matches!(key.need, Need::Required));
    let required: Vec<&str> = required.map(|key| key.name).collect();
    json!({"properties": none_of(forbidden), "required": required})
}

fn none_of<'k>(keys: impl Iterator<Item = &'k str>) -> Map<String, Value> {
    keys.map(|key| (key.to_owned(), json!(false))).collect()
}

fn condition(key: &str, word: &str, then: &Value) -> Value {
    json!({"if": {"properties": {key: {"const": word}}, "required": [key]}, "then": then})
}

fn property(key: &Declaration, definitions: &mut Map<String, Value>) -> Value {
    let mut value = value(&key.shape, definitions);
    let Value::Object(map) = &mut value else { return value };
    // Beside a reference everything else is ignored.
    if let Some(reference) = map.remove("$ref") {
        map.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
    let absent = match key.need {
        Need::Absent(absent) => format!(" (without it: {absent})"),
        Need::Required | Need::Default(_) => String::new(),
    };
    let description = format!("{}{absent}", key.about).replace('`', "");
    map.insert("description".to_owned(), json!(description));
    if let Need::Default(default) = key.need
        && let Some(default) = yaml::parse(default).0.map(|node| node.to_json())
    {
        map.insert("default".to_owned(), default);
    }
    value
}

fn value(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Truth => json!({"type": "boolean"}),
        Shape::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Shape::Number(least, most) => json!({"type": "number", "minimum": least, "maximum": most}),
        Shape::Text => json!({"type": "string", "pattern": "\\S"}),
        Shape::AnyText => json!({"type": "string"}),
        Shape::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        Shape::Words(words) => json!({"type": "string", "enum": words}),
        Shape::Scalar => json!({"type": ["string", "number", "boolean"]}),
        Shape::Duration(least, most) => json!({
            "type": "string",
            "pattern": format!("^[0-9]+({})$", units(&DURATION_UNITS)),
            "examples": [least, most],
        }),
        Shape::Size(least) => json!({
            "type": "string",
            "pattern": format!("^[0-9]+({})$", units(&SIZE_UNITS)),
            "examples": [least],
        }),
        Shape::Column => json!({"anyOf": [
            {"type": "string", "pattern": "\\S"},
            {"type": "integer", "minimum": 1, "maximum": 16_384},
            {"type": "array", "items": {"type": "string", "pattern": "\\S"}, "minItems": 1},
        ]}),
        Shape::Section(spec) => reference(&spec(), definitions),
        Shape::Entries(of) => {
            json!({"type": "object", "additionalProperties": value(of, definitions), "minProperties": 1})
        }
        Shape::Named(of) => json!({
            "type": "object",
            "propertyNames": {"pattern": NAME},
            "additionalProperties": value(of, definitions),
            "minProperties": 1,
        }),
        Shape::Counts(of) | Shape::CountsOrNone(of) => {
            let of = value(of, definitions);
            let counts = crate::counts::COUNTS.iter().map(|(word, _)| ((*word).to_owned(), of.clone()));
            json!({
                "type": "object",
                "properties": counts.collect::<Map<_, _>>(),
                "additionalProperties": false,
                "minProperties": usize::from(matches!(shape, Shape::Counts(_))),
            })
        }
        Shape::List(of, least, most) => {
            let mut list = json!({"type": "array", "items": value(of, definitions)});
            if *least > 0 {
                list["minItems"] = json!(least);
            }
            if let Some(most) = most {
                list["maxItems"] = json!(most);
            }
            list
        }
        Shape::AnyOf(shapes) => {
            json!({"anyOf": shapes.iter().map(|shape| value(shape, definitions)).collect::<Vec<_>>()})
        }
        Shape::Called(name, of) => {
            let mut value = value(of, definitions);
            // A title beside a reference is ignored.
            if let Some(map) = value.as_object_mut().filter(|map| !map.contains_key("$ref")) {
                map.insert("title".to_owned(), json!(name));
            }
            value
        }
    }
}

fn reference(spec: &Spec, definitions: &mut Map<String, Value>) -> Value {
    let name = spec.heading.replace([' ', '.'], "_");
    if !definitions.contains_key(&name) {
        // First a mark, so that a section within itself ends.
        definitions.insert(name.clone(), Value::Null);
        let object = object(spec, definitions);
        definitions.insert(name.clone(), Value::Object(object));
    }
    json!({"$ref": format!("#/definitions/{name}")})
}

fn units(units: &[(&str, u64)]) -> String {
    units.iter().map(|(unit, _)| *unit).collect::<Vec<_>>().join("|")
}
