/** The vendored libraries, as far as our modules use them. */

declare module 'preact' {
  export const h: any;
  export function render(what: any, where: Element): void;
  export const Fragment: any;
}

declare module 'preact/hooks' {
  export function useEffect(run: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useLayoutEffect(run: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useRef<T>(value: T): { current: T };
  export function useState<T>(value: T): [T, (next: T | ((before: T) => T)) => void];
  export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
}

declare module '@preact/signals' {
  export interface Signal<T> { value: T }
  export interface ReadonlySignal<T> { readonly value: T }
  export function signal<T>(value: T): Signal<T>;
  export function computed<T>(make: () => T): ReadonlySignal<T>;
  export function effect(run: () => void | (() => void)): () => void;
  export function batch<T>(run: () => T): T;
  export function useSignal<T>(value: T): Signal<T>;
  export function useComputed<T>(make: () => T): ReadonlySignal<T>;
  export function useSignalEffect(run: () => void | (() => void)): void;
}

declare module 'htm' {
  const htm: { bind(h: any): (strings: TemplateStringsArray, ...values: any[]) => any };
  export default htm;
}

declare module 'topojson-client' {
  export function feature(topology: any, object: any): any;
}

declare module 'uplot' {
  const UPlot: any;
  export default UPlot;
}

declare module 'maplibre-gl' {
  export const Map: any;
  export const NavigationControl: any;
  export const ScaleControl: any;
  export function setWorkerUrl(url: string): void;
  export function addProtocol(name: string, load: any): void;
}

declare module 'pmtiles' {
  export const PMTiles: any;
  export const Protocol: any;
}

declare module 'echarts' {
  export function init(place: HTMLElement, theme: string | null, how: { renderer: 'svg' }): any;
}
