import { spec } from '../../../../codegen/spec-entry.ts';

export default {
  ...spec,
  v1: spec.v1.map((rule) => ({
    ...rule,
    longest:
      rule.name === 'header' ? 108 : rule.name === 'tcp4' ? 57 : rule.name === 'tcp6' ? 200 : rule.longest,
  })),
};
