"""Five scripts: what is written in them on covers, and the fonts to write it with."""

from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

PHRASES = {
    "Latin": [
        "FLASH SALE", "50% OFF", "New Arrivals", "Live tonight 8 PM", "Only $19.99", "Gratis Ongkir", "Diskon besar",
        "Giảm giá sốc", "Miễn phí vận chuyển", "Neu eingetroffen", "Große Auswahl", "Beauty Week", "Summer Dresses",
        "Buy 1 Get 1", "Best Seller", "Limited Edition", "Follow us", "Cashback 30%", "Ofertas del día", "Últimas unidades",
        "Soldes d'été", "Sneakers from €49", "Home & Kitchen", "Try before you buy",
    ],
    "Han": [
        "限时特惠", "全场五折", "新品上市", "今晚八点直播", "买一送一", "满减优惠", "爆款返场", "夏季连衣裙", "美妆节",
        "限量发售", "包邮到家", "只要99元", "關注直播間", "超值好物", "年中大促", "護膚精華", "手慢无", "主播推荐",
        "家居清仓", "秋冬外套", "領券立減", "送运费险", "官方旗舰店", "万人好评",
    ],
    "Thai": [
        "ลดราคา", "ส่งฟรี", "สินค้าใหม่", "ไลฟ์สดคืนนี้", "ซื้อ 1 แถม 1", "โปรโมชั่นพิเศษ", "ลดสูงสุด 50%", "ขายดีที่สุด",
        "เสื้อผ้าแฟชั่น", "ของแท้ 100%", "คุ้มสุดสุด", "รับประกันคุณภาพ", "จำนวนจำกัด", "เครื่องสำอาง", "กดติดตาม", "ราคาเดียว 99 บาท",
        "ครีมบำรุงผิว", "เฉพาะวันนี้", "ฟรีของแถม", "รองเท้าผ้าใบ", "เก็บคูปอง", "ช้อปเลย", "พร้อมส่ง", "สวยครบจบ",
    ],
    "Arabic": [
        "تخفيضات كبرى", "خصم ٥٠٪", "وصل حديثا", "بث مباشر الليلة", "شحن مجاني", "عرض محدود", "اشتر واحدة واحصل على الثانية",
        "الأكثر مبيعا", "فساتين الصيف", "جمال وعناية", "أفضل الأسعار", "تسوق الآن", "منتجات أصلية", "كمية محدودة", "هدية مجانية",
        "عروض رمضان", "عباءات فاخرة", "عطور شرقية", "تابعونا", "اليوم فقط", "جودة مضمونة", "مستلزمات المنزل", "أحذية رياضية", "وفر أكثر",
    ],
    "Devanagari": [
        "भारी छूट", "मुफ़्त डिलीवरी", "नया कलेक्शन", "आज रात लाइव", "एक पर एक मुफ़्त", "सीमित समय", "सबसे कम दाम", "५०% तक की छूट",
        "दिवाली सेल", "साड़ी महोत्सव", "बेस्ट सेलर", "असली उत्पाद", "अभी खरीदें", "त्वचा की देखभाल", "घर और रसोई", "केवल आज",
        "उपहार मुफ़्त", "शादी का मौसम", "हमें फॉलो करें", "जूते और चप्पल", "कैशबैक ऑफर", "गर्मी की सेल", "पूरा भरोसा", "सुंदर गहने",
    ],
}

# Written large: one word, a price or two characters, which nothing but their strokes tells from a picture.
SHORT = {
    "Latin": ["SALE", "50%", "NEW", "HOT", "-70%", "$9"],
    "Han": ["特惠", "新", "五折", "爆款", "抢", "福"],
    "Thai": ["ลด", "ใหม่", "ฟรี", "50%"],
    "Arabic": ["خصم", "جديد", "عرض", "٥٠٪"],
    "Devanagari": ["सेल", "नया", "छूट", "५०%"],
}

FONTS = {
    "Latin": ["fontpkg_noto_sans/files/NotoSans[wdth,wght].ttf", "fontpkg_noto_serif/files/NotoSerif[wdth,wght].ttf",
              "fontpkg_noto_sans/files/NotoSans-Italic[wdth,wght].ttf"],
    "Han": ["cvttf_NotoSansCJK_Bold/NotoSansCJKtc-Bold.otf"],
    "Thai": ["fontpkg_noto_sans_thai/files/NotoSansThai[wdth,wght].ttf"],
    "Arabic": ["fontpkg_noto_sans_arabic/files/NotoSansArabic[wdth,wght].ttf",
               "fontpkg_noto_kufi_arabic/files/NotoKufiArabic[wght].ttf"],
    "Devanagari": ["fontpkg_noto_sans_devanagari/files/NotoSansDevanagari[wdth,wght].ttf"],
}

kept = {}


def path_of(within):
    """Of a file within an installed package, which is not imported."""
    package, rest = within.split("/", 1)
    return Path(find_spec(package).origin).parent / rest


def font(chance, script, size):
    """A font of a script: one of its typefaces, in a weight that covers are set in."""
    within, weight = chance.choice(FONTS[script]), chance.choice([400, 600, 700, 900])
    key = within, weight, size
    if key not in kept:
        kept[key] = ImageFont.truetype(path_of(within), size, layout_engine=ImageFont.Layout.RAQM)
        axes = kept[key].get_variation_axes() if within.endswith(".ttf") else []
        if axes:
            kept[key].set_variation_by_axes([weight if axis["name"] == b"Weight" else axis["maximum"] for axis in axes])
    return kept[key]
