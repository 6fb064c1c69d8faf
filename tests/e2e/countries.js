// countries.js - an address of each of 64 countries as its people type it, and how it is printed.
// code|postcode typed|town|region|second line|the place as printed, ';' between lines, * the street|tax in basis points, from Germany
'use strict';

const ROWS = `
AD|ad500|Andorra la Vella|||AD500 Andorra la Vella|0
AE||Dubai|Dubai||Dubai;Dubai|0
AL|1001|Tirana|||1001;Tirana|0
AR|c1070aam|Buenos Aires|CABA||C1070AAM Buenos Aires;CABA|0
AT|1010-wien|Wien|||1010 Wien|1900
AU|2000|Sydney|NSW||Sydney NSW 2000|0
AX|22100|Mariehamn|||22100 Mariehamn|0
BD|1340|Dhaka|||Dhaka - 1340|0
BE|B-1000|Brussel|||1000 Brussel|1900
BG|1000 Sofia|Sofia|||1000 Sofia|1900
BR|01310100|São Paulo|SP|Bela Vista|Bela Vista;São Paulo-SP;01310-100|0
CA|k1a0b1|Ottawa|ON||Ottawa ON K1A 0B1|0
CH|CH-8001|Zürich|||8001 Zürich|0
CL|8340457|Santiago|RM||8340457 Santiago;RM|0
CN|518000|深圳市|广东省|南山区|518000;广东省深圳市南山区;*|0
CO|111221|Bogotá|DC||Bogotá, DC, 111221|0
CY|1010|Nicosia|||1010 Nicosia|1900
CZ|11000|Praha|||110 00 Praha|1900
DE|D-27498|Helgoland|||27498 Helgoland|0
DK|DK-8660|Skanderborg|||8660 Skanderborg|1900
EE|10111|Tallinn|||10111 Tallinn|1900
EG|٤٤٦٠٢٣٢|Giza|Giza||Giza;Giza;4460232|0
ES|35001|Las Palmas|||35001 Las Palmas|0
FI|FI-00550|Helsinki|||00550 Helsinki|1900
FR|97400|Saint-Denis|||97400 Saint-Denis|0
GB|bt15gs|Belfast|||Belfast;BT1 5GS|1900
GG|gy11aa|St Peter Port|||St Peter Port;GY1 1AA|0
GI|gx111aa|Gibraltar|||Gibraltar;GX11 1AA|0
GR|63086|Karyes|||630 86 Karyes|0
HK|0000|Central|Hong Kong Island||Central;Hong Kong Island|0
HR|HR-10000|Zagreb|||10000 Zagreb|1900
HU|1037 Budapest|Budapest|||Budapest;*;1037|1900
ID|40115|Bandung|Jawa Barat||Bandung;Jawa Barat 40115|0
IE|d02af30|Dublin|||Dublin;D02 AF30|1900
IL|9614303|Jerusalem|||Jerusalem 9614303|0
IN|110 001|New Delhi|Delhi||New Delhi 110001;Delhi|0
IS|IS-121|Reykjavík|||121 Reykjavík|0
IT|22061|Campione d'Italia|CO||22061 Campione d'Italia CO|0
JP|１００ー０００５|千代田区|東京都||〒100-0005;東京都千代田区;*|0
KE|20100|Nakuru|||Nakuru;20100|0
KR|03051|종로구|서울특별시||서울특별시 종로구;*;03051|0
KW|54541|Kuwait|||54541 Kuwait|0
KZ|040900|Almaty|||Almaty;040900|0
LT|lt04340|Vilnius|||LT-04340 Vilnius|1900
LU|L4750|Pétange|||L-4750 Pétange|1900
LV|LV 1073|Rīga|||Rīga, LV-1073|1900
MC|98000|Monaco|||98000 Monaco|1900
MT|vlt1117|Valletta|||Valletta VLT 1117|1900
MX|06000|Ciudad de México|CDMX|Centro|Centro;06000 Ciudad de México, CDMX|0
MY|50088|Kuala Lumpur|WP||50088 Kuala Lumpur;WP|0
NL|1012ab|Amsterdam|||1012 AB Amsterdam|1900
NO|N-0025|Oslo|||0025 Oslo|0
NZ|6001|Wellington|||Wellington 6001|0
PL|00950|Warszawa|||00-950 Warszawa|1900
PT|1000205|Lisboa|||1000-205 Lisboa|1900
RE|97400|Saint-Denis|||97400 Saint-Denis|0
RO|060274|București|||060274 București|1900
SE|S-11455|Stockholm|||114 55 Stockholm|1900
SG|546080|Singapore|||Singapore 546080|0
SM|47890|San Marino|||47890 San Marino|0
TH|๑๐๑๕๐|Bang Khun Thian|Bangkok||Bang Khun Thian;Bangkok 10150|0
TR|34000|Fatih|İstanbul||34000 Fatih/İstanbul|0
TW|104|中山區|臺北市||104;臺北市中山區;*|0
UA|01001|Kyiv|||Kyiv;01001|0
US|94103–1234|San Francisco|CA||San Francisco, CA 94103-1234|0
VN|70010|Ho Chi Minh City|||Ho Chi Minh City;70010|0
ZA|0083|Pretoria|||Pretoria;0083|0`;

const COUNTRIES = ROWS.trim().split('\n').map((row) => {
	const [code, postcode, city, region, extra, place, bp] = row.split('|');
	return { code, postcode, city, region, extra, place, bp: Number(bp) };
});

module.exports = { COUNTRIES };
