/** Vehicles: one draw call for the whole fleet, in MapLibre's own context; the most urgent are drawn last. */

import { LOOKS, freshness, lookOf } from '../lib/fleet.js';
import { LAND, SHAPES, STATUS, channels } from './palette.js';

const VERTEX = `#version 300 es
uniform mat4 matrix; uniform float size; uniform vec3 colours[5]; uniform int shapes[5];
in vec4 vehicle; // x, y from the origin; heading, -1: unknown; look, + 8: faded
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

/** A MapLibre layer of vehicles. */
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
  }

  /** @param {any} map @param {WebGL2RenderingContext} gl */
  onAdd(map, gl) {
    this.map = map;
    this.program = linked(gl);
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const at = gl.getAttribLocation(this.program, 'vehicle');
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, 4, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
    this.stale = true;
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
        this.data[at++] = look + (freshness(i) === 'fresh' ? 0 : 8);
      }
    }
    this.shown = at / 4;
    this.stale = true;
    this.map.triggerRepaint();
  }

  /** @param {WebGL2RenderingContext} gl @param {any} how */
  render(gl, how) {
    if (!this.shown || !this.program) return;
    const theme = this.theme();
    const of = (/** @type {string} */ name) => gl.getUniformLocation(/** @type {WebGLProgram} */ (this.program), name);
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array ?? null);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer ?? null);
    if (this.stale) gl.bufferData(gl.ARRAY_BUFFER, this.data.subarray(0, this.shown * 4), gl.DYNAMIC_DRAW);
    this.stale = false;
    const colours = LOOKS.flatMap((name) => channels(/** @type {any} */ (STATUS[theme])[name]));
    gl.uniformMatrix4fv(of('matrix'), false, moved(how.defaultProjectionData.mainMatrix, this.origin));
    gl.uniform1f(of('size'), size(this.map.getZoom()) * devicePixelRatio);
    gl.uniform3fv(of('colours'), colours);
    gl.uniform1iv(of('shapes'), LOOKS.map((name) => /** @type {any} */ (SHAPES)[name]));
    gl.uniform3fv(of('edge'), channels(LAND[theme].edge));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArrays(gl.POINTS, 0, this.shown);
    gl.bindVertexArray(null);
  }
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
