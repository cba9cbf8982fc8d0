/**
 * A lint rule for code in the page's realm: whatever runs after the page has
 * begun, which is any function, uses only what was captured before. A global,
 * a method, and syntax that looks up a method (iteration, `await`,
 * `instanceof`, a class) are all the page's to replace.
 *
 * Top-level code runs before the page and is free; so is a function that only
 * such code calls, which says so where it disables the rule.
 */

/** @import { Rule, Scope } from 'eslint' */

const LOOKUPS = {
  ForOfStatement: 'iteration',
  ArrayPattern: 'iteration',
  ':not(ObjectExpression) > SpreadElement': 'iteration',
  YieldExpression: 'iteration',
  AwaitExpression: 'a promise',
  ':function[async=true]': 'a promise',
  'BinaryExpression[operator="instanceof"]': 'Symbol.hasInstance',
  'Literal[regex]': 'a regular expression',
  ClassExpression: 'a class',
  ClassDeclaration: 'a class',
};

/** @param {Rule.RuleContext} context @param {Rule.Node} node */
const isLate = ({ sourceCode }, node) =>
  sourceCode.getAncestors(node).some(({ type }) => /Function/.test(type));

/** @param {Scope.ScopeManager} manager */
const globalReferences = ({ scopes }) =>
  scopes
    .flatMap(({ references }) => references)
    .filter(({ resolved }) => !resolved || resolved.scope.type === 'global');

/** @type {Rule.RuleModule} */
export const captured = {
  meta: {
    type: 'problem',
    schema: [{ type: 'array', items: { type: 'string' }, description: 'globals that nobody can replace' }],
    defaultOptions: [[]],
    messages: {
      global: 'The page can replace `{{name}}`: capture it at the top.',
      method: 'The page can replace a method: capture it with `uncurry` at the top.',
      lookup: 'The page can change what this looks up: {{what}}.',
    },
  },
  create(context) {
    const unforgeable = new Set(context.options[0]);

    /** @param {Rule.Node} node @param {string} messageId @param {Record<string, string>} [data] */
    const report = (node, messageId, data) => {
      if (isLate(context, node)) context.report({ node, messageId, data });
    };
    const method = (/** @type {Rule.Node} */ node) => report(node, 'method');
    const lookups = Object.entries(LOOKUPS).map(([selector, what]) => [
      selector,
      (/** @type {Rule.Node} */ node) => report(node, 'lookup', { what }),
    ]);
    return {
      ...Object.fromEntries(lookups),
      ':matches(CallExpression, NewExpression) > MemberExpression.callee': method,
      'Program:exit'() {
        for (const { identifier } of globalReferences(context.sourceCode.scopeManager)) {
          const { name } = identifier;
          if (!unforgeable.has(name)) report(/** @type {Rule.Node} */ (identifier), 'global', { name });
        }
      },
    };
  },
};
