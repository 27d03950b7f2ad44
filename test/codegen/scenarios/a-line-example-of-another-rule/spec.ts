import { spec } from '../../../../codegen/spec-entry.ts';

export default {
  ...spec,
  v1: spec.v1.map((rule) =>
    rule.name === 'tcp4'
      ? {
          ...rule,
          examples: [
            spec.v1[3]!.examples[0]!,
            { wire: '50', means: {} },
            { wire: spec.v1[1]!.examples[0]!.wire, means: {} },
          ],
        }
      : rule,
  ),
};
