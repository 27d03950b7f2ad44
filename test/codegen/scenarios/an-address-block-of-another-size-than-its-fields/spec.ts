import { spec } from '../../../../codegen/spec-entry.ts';

export default {
  ...spec,
  layouts: spec.layouts.map((layout) => (layout.family === 'INET' ? { ...layout, size: 14 } : layout)),
};
