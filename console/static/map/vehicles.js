/**
 * Vehicles: one draw call for the whole fleet, on a canvas of its own above the map; the most urgent are drawn last.
 *
 * The map below is drawn anew only when it has moved: where there is no graphics card, that is most of a second's work.
 */

import { LOOKS, freshness, lookOf } from '../lib/fleet.js';
import { LAND, SHAPES, STATUS, channels } from './palette.js';

const VERTEX = `#version 300 es
uniform mat4 matrix; uniform float size; uniform vec3 colours[5]; uniform int shapes[5];
in vec4 vehicle; // x, y from the origin; heading, -1: unknown; look, + 8: faded (an alert never is)
out vec3 colour; flat out int shape; flat out float heading; flat out float strength;
void main() {
  int code = int(vehicle.w + 0.5);
  int look = code & 7;
  gl_Position = matrix * vec4(vehicle.xy, 0.0, 1.0);
  gl_PointSize = look > 2 ? size * 1.3 : size;
  colour = colours[look]; shape = shapes[look]; heading = vehicle.z; strength = code > 7 ? 0.45 : 1.0;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 edge; uniform float size;
in vec3 colour; flat in int shape; flat in float heading; flat in float strength;
out vec4 pixel;
float away(vec2 p) {
  if (shape == 1) { vec2 q = abs(p) - 0.62; return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0); }
  if (shape == 3) return (max(abs(p.x) * 1.12 + p.y * 0.62, -p.y * 1.25) - 0.52) / 1.25;
  if (shape == 4) return length(p) - 0.4;
  if (shape == 0 && size > 10.0 && heading >= 0.0) {
    float c = cos(heading), s = sin(heading);
    vec2 q = vec2(c * p.x - s * p.y, s * p.x + c * p.y) * 1.5; // so that no corner leaves its square when turned
    return max(abs(q.x) * 0.88 + q.y * 0.36 - 0.4, -q.y - 0.75) / 1.5;
  }
  return length(p) - 0.72;
}
void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * vec2(1.0, -1.0);
  float d = away(p), soft = 2.5 / size;
  float inside = 1.0 - smoothstep(-soft, 0.0, d);
  float rim = 1.0 - smoothstep(0.0, soft, d - 0.14);
  if (shape == 2) { inside *= smoothstep(-0.36 - soft, -0.36, d); rim = inside; }
  float cover = max(inside, rim) * strength;
  if (cover < 0.02) discard;
  pixel = vec4(mix(edge, colour, inside) * cover, cover);
}`;

const UNIFORMS = ['matrix', 'size', 'colours', 'shapes', 'edge'];

/** A MapLibre layer that draws nothing in the map: it learns from it where the map is, and lays the vehicles over it. */
export class Vehicles {
  id = 'vehicles';
  type = /** @type {const} */ ('custom');
  renderingMode = /** @type {const} */ ('2d');

  /** @param {() => 'light' | 'dark'} theme */
  constructor(theme) {
    this.theme = theme;
    this.origin = [0.5, 0.5]; // in world widths: numbers stay small, so 32 bits are enough at any zoom
    this.data = new Float32Array(0);
    this.shown = 0;
    this.gl = /** @type {WebGL2RenderingContext | null} */ (null);
    this.place = /** @type {Record<string, WebGLUniformLocation | null>} */ ({});
    this.matrix = new Float64Array(0); // of the map as it was drawn last
  }

  /** Put the canvas over a map; fails where there is no WebGL 2. @param {any} map */
  over(map) {
    this.map = map;
    this.canvas = laid(map);
    [this.gl, this.place] = begun(this.canvas);
    return this;
  }

  /** Lay out what is to be seen: `wanted` says which of the roster. @param {import('../lib/rows.js').Positions} fleet @param {(i: number) => boolean} wanted */
  update(fleet, wanted) {
    if (!this.map) return;
    const centre = this.map.getCenter();
    this.origin = [mercatorX(centre.lng), mercatorY(centre.lat)];
    if (this.data.length < fleet.n * 4) this.data = new Float32Array(fleet.n * 4);
    let at = 0;
    for (let look = 0; look < LOOKS.length; look++) {
      for (let i = 0; i < fleet.n; i++) {
        if (lookOf(i) !== LOOKS[look] || Number.isNaN(fleet.lon[i]) || !wanted(i)) continue;
        this.data[at++] = mercatorX(fleet.lon[i]) - this.origin[0];
        this.data[at++] = mercatorY(fleet.lat[i]) - this.origin[1];
        this.data[at++] = fleet.speed[i] > 2 ? (fleet.heading[i] * Math.PI) / 180 : -1;
        this.data[at++] = look + (freshness(i) === 'fresh' || LOOKS[look] === 'alert' ? 0 : 8);
      }
    }
    this.shown = at / 4;
    this.gl?.bufferData(this.gl.ARRAY_BUFFER, this.data.subarray(0, at), this.gl.DYNAMIC_DRAW);
    this.paint();
  }

  /** Let what lies below be seen. @param {boolean} faint */
  fade(faint) {
    if (this.canvas) this.canvas.style.opacity = faint ? '0.4' : '';
  }

  /** The map has been drawn. @param {unknown} _ @param {any} how */
  render(_, how) {
    this.matrix = Float64Array.from(how.defaultProjectionData.mainMatrix);
    this.paint();
  }

  /** Draw them where the map is. */
  paint() {
    const { gl, canvas, place } = this;
    if (!gl || !canvas || !this.matrix.length) return;
    fit(canvas, this.map.getCanvas());
    const theme = this.theme();
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniformMatrix4fv(place.matrix, false, moved(this.matrix, this.origin));
    gl.uniform1f(place.size, size(this.map.getZoom()) * devicePixelRatio);
    gl.uniform3fv(place.colours, LOOKS.flatMap((name) => channels(/** @type {any} */ (STATUS[theme])[name])));
    gl.uniform1iv(place.shapes, LOOKS.map((name) => /** @type {any} */ (SHAPES)[name]));
    gl.uniform3fv(place.edge, channels(LAND[theme].edge));
    gl.drawArrays(gl.POINTS, 0, this.shown);
  }
}

/** A canvas over a map's own, which lets the pointer through. @param {any} map */
function laid(map) {
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  Object.assign(canvas.style, { position: 'absolute', left: '0', top: '0', pointerEvents: 'none' });
  map.getCanvasContainer().append(canvas);
  return canvas;
}

/** As large as another. @param {HTMLCanvasElement} canvas @param {HTMLCanvasElement} other */
function fit(canvas, other) {
  if (canvas.width === other.width && canvas.height === other.height) return;
  [canvas.width, canvas.height] = [other.width, other.height];
  [canvas.style.width, canvas.style.height] = [other.style.width, other.style.height];
}

/** All that stays as it is between two draws, and where each uniform is. @param {HTMLCanvasElement} canvas @returns {[WebGL2RenderingContext, Record<string, WebGLUniformLocation | null>]} */
function begun(canvas) {
  const gl = canvas.getContext('webgl2', { antialias: false, depth: false });
  if (!gl) throw new Error('no WebGL 2');
  const program = linked(gl);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  const at = gl.getAttribLocation(program, 'vehicle');
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, 4, gl.FLOAT, false, 0, 0);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  return [gl, Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]))];
}

/** Width of a vehicle in CSS pixels. @param {number} zoom */
export function size(zoom) {
  return Math.min(26, 9 + Math.max(0, zoom - 4) * 1.5);
}

/** @param {number} lon */
export const mercatorX = (lon) => (180 + lon) / 360;
/** @param {number} lat */
export const mercatorY = (lat) => (180 - (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))) / 360;

/** The matrix for coordinates counted from `origin`, made in 64 bits. @param {ArrayLike<number>} m @param {number[]} origin */
function moved(m, [x, y]) {
  const out = Float64Array.from(m);
  for (let row = 0; row < 4; row++) out[12 + row] = m[row] * x + m[4 + row] * y + m[12 + row];
  return Float32Array.from(out);
}

/** @param {WebGL2RenderingContext} gl */
function linked(gl) {
  const program = /** @type {WebGLProgram} */ (gl.createProgram());
  for (const [kind, text] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'program');
  return program;
}
