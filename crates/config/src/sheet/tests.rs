//! The sheet of covers, as people keep it: in two formats, in two languages, and with mistakes.

use super::*;

fn sheet(name: &str, text: &str) -> Sheet {
    Sheet::read(name, text.as_bytes()).unwrap()
}

fn csv(text: &str) -> Sheet {
    sheet("covers.csv", text)
}

fn problems(sheet: &Sheet) -> Vec<String> {
    sheet.problems.iter().map(ToString::to_string).collect()
}

/// `id: column=value …` of every cover.
fn covers(sheet: &Sheet) -> Vec<String> {
    let cover = |(id, cover): (&String, &DeclaredCover)| {
        let known = cover.values.iter().map(|(column, value)| format!(" {}={value}", column.word()));
        let tags = cover.tags.iter().map(|(name, value)| format!(" #{name}={value}"));
        format!("{id}:{}", known.chain(tags).collect::<String>())
    };
    sheet.covers.iter().map(cover).collect()
}

const RED: &str = "cov_red: file=a/red.jpg name=Red, the dress theme=gift language=id #mood=warm";

#[test]
fn a_sheet_is_the_same_however_it_was_saved() {
    let rows = "cover_id,file,name,theme,language,mood\ncov_red,a/red.jpg,\"Red, the dress\",gift,id,warm\n";
    let semicolons = rows.replace(',', ";").replace("Red;", "Red,");
    let tabs = rows.replace(',', "\t").replace("Red\t", "Red,");
    let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(tabs.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let variants = [
        rows.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", rows.as_bytes()].concat(),
        rows.replace('\n', "\r\n").into_bytes(),
        rows.replace('\n', "\r").into_bytes(),
        semicolons.clone().into_bytes(),
        format!("sep=;\n{semicolons}").into_bytes(),
        tabs.into_bytes(),
        utf_16,
        rows.replace("cover_id,file", " Cover ID ,File Name").replace("a/red", ".\\a\\red").into_bytes(),
    ];
    for (number, bytes) in variants.into_iter().enumerate() {
        let read = Sheet::read("covers.csv", &bytes).unwrap();
        assert_eq!((covers(&read), problems(&read)), (vec![RED.to_owned()], Vec::new()), "variant {number}");
    }
    let documents = [
        "- {cover_id: cov_red, file: a/red.jpg, name: 'Red, the dress', theme: gift, language: id, mood: warm}\n",
        "version: 1\ncovers:\n  cov_red: {file: a/red.jpg, name: 'Red, the dress', theme: gift, language: id, mood: warm}\n",
        "cov_red:\n  file: a/red.jpg\n  name: Red, the dress\n  theme: gift\n  language: id\n  mood: warm\n",
    ];
    for text in documents {
        let read = sheet("covers.yaml", text);
        assert_eq!((covers(&read), problems(&read)), (vec![RED.to_owned()], Vec::new()), "{text}");
    }
}

#[test]
fn chinese_headers_are_known_and_what_chinese_spreadsheets_save_is_read() {
    let text = "封面ID,文件,名称,中文名,主题,语言,价格,商品,节日,设计师,系列,氛围\n\
                红裙,red.jpg,Red dress,红色连衣裙,礼物,zh,99,裙子,双十一,小王,红裙系列,温暖\n";
    let expected = [
        "红裙: file=red.jpg name=Red dress name_zh=红色连衣裙 theme=礼物 language=zh price_tag=99 product=裙子 festival=双十一 \
         designer=小王 family=红裙系列 #氛围=温暖",
    ];
    assert_eq!(covers(&csv(text)), expected);
    let (bytes, _, _) = encoding_rs::GBK.encode(text);
    let read = Sheet::read("covers.csv", &bytes).unwrap();
    assert_eq!(covers(&read), expected);
    assert_eq!(problems(&read), ["line 1: it is not UTF-8, and is read as GB18030 (save it as UTF-8)"]);
}

#[test]
fn a_wrong_row_costs_itself_and_is_told_with_its_line() {
    let text = "cover_id,file,theme\n\
                cov_a,a.jpg,gift\n\
                \n\
                ,b.jpg,gift\n\
                cov_a,c.jpg,sale\n\
                cov_d,d.jpg,sale,red,blue\n\
                1.23457E+17,e.jpg,sale\n\
                cov_f,https://cdn.example/f.jpg,sale\n\
                cov_g,../g.jpg,#REF!\n\
                cov_h\n\
                \"cov\ni\",i.jpg,two\n";
    let read = csv(text);
    let expected =
        ["cov i: file=i.jpg theme=two", "cov_a: file=a.jpg theme=gift", "cov_f: theme=sale", "cov_g:", "cov_h:"];
    assert_eq!(covers(&read), expected);
    assert_eq!(
        problems(&read),
        [
            "line 4: it names no cover (expected a `cover_id`)",
            "line 5: the cover `cov_a` is declared in line 2, and that row counts",
            "line 6: it has 5 cells and the header 3, so nobody knows which is which (put a text with the separator in quotes)",
            "line 7: `1.23457E+17` is no id but a number that a spreadsheet rounded (format the column as text and enter the ids again)",
            "line 8: `file`: `https://cdn.example/f.jpg` is a link, and nothing is fetched from links (expected a file in the store of pictures)",
            "line 9: `file`: `../g.jpg` is no file below the store of pictures (expected one such as `red.jpg` or `2026/red.jpg`)",
            "line 9: `theme`: `#REF!` is a formula without a value, and is left out",
        ]
    );
}

#[test]
fn a_quote_that_is_not_closed_costs_its_own_row() {
    for rest in ["cov_c,c.jpg,sale\n", "cov_c,c.jpg,\"big \"\"sale\"\"\"\n"] {
        let read = csv(&format!("cover_id,file,theme\ncov_a,a.jpg,\"gift\ncov_b,b.jpg,sale\n{rest}"));
        assert_eq!(read.covers.keys().collect::<Vec<_>>(), ["cov_b", "cov_c"], "{rest}");
        assert_eq!(problems(&read), ["line 2: a quote is opened in it and closed nowhere in its row"]);
    }
}

#[test]
fn a_header_is_told_apart_from_its_typing_errors() {
    let read = csv("cover_id,desinger,theme,主题,text_share,mood,,mood\nc,Li,a,b,0.1,x,y,z\n");
    assert_eq!(covers(&read), ["c: theme=a #desinger=Li #mood=x"]);
    assert_eq!(
        problems(&read),
        [
            "line 1: the column `desinger` is taken for a tag (known: `cover_id`, `file`, `name`, `name_zh`, `theme`, `language`, \
             `price_tag`, `product`, `festival`, `designer`, `family`, `cover_image_url`; did you mean `designer`?)",
            "line 1: the column `主题` says what `theme` says, and is not read",
            "line 1: the column `text_share` has the name of a measure, and is not read (call it otherwise)",
            "line 1: the column `mood` says what `mood` says, and is not read",
        ]
    );
}

#[test]
fn problems_of_a_document_have_their_lines() {
    let text = "covers:\n  - {cover_id: a, theme: [x, y], desinger: Li}\n  - b\n  - {file: c.jpg}\n  - {cover_id: a}\n  \
                - {cover_id: d, desinger: Wu}\n";
    let read = sheet("covers.yaml", text);
    assert_eq!(covers(&read), ["a: #desinger=Li", "d: #desinger=Wu"]);
    let told = problems(&read);
    let starts = [
        "line 2: `theme` holds more than one value (expected a text)",
        "line 2: the column `desinger` is taken for a tag",
        "line 3: it is no cover (expected a list",
        "line 4: it names no cover (expected a `cover_id`)",
        "line 5: the cover `a` is declared in line 2, and that row counts",
    ];
    assert_eq!(told.len(), starts.len(), "{told:#?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start), "{told}");
    }
}

#[test]
fn what_is_no_sheet_is_refused() {
    let refused = |name: &str, bytes: &[u8]| Sheet::read(name, bytes).unwrap_err().to_string();
    let table: [(&str, &[u8], &str); 7] = [
        ("a.csv", b"", "line 1: it holds nothing (expected a header with a column `cover_id` or `"),
        (
            "a.csv",
            b"name,theme\nx,y\n",
            "line 1: its header names no covers: `name`, `theme` (expected a column `cover_id`",
        ),
        ("a.csv", b"PK\x03\x04\x00\x00", "line 1: it is a workbook or a ZIP archive"),
        ("a.csv", b"c\x00o\x00", "line 1: it is UTF-16LE without a byte order mark"),
        ("a.csv", b"\x00\xff\x00", "line 1: it is no text"),
        ("a.yaml", b"covers: [a\n", "line 2: not YAML: "),
        ("a.yaml", b"nothing\n", "line 1: it holds no covers (expected a list"),
    ];
    for (name, bytes, expected) in table {
        let told = refused(name, bytes);
        assert!(told.starts_with(expected), "{told}");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[a-c,;\"\n\r\t 封]{0,60}") {
        for name in ["a.csv", "a.yaml"] {
            let _ = Sheet::read(name, &bytes);
            let _ = Sheet::read(name, text.as_bytes());
            let _ = Sheet::read(name, format!("cover_id,a\n{text}").as_bytes());
        }
    }
}
