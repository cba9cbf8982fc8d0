/** Who is in the group, you first; and, counted apart, who is in the call without Sotto. */
import { element, make, setList, setShown, setText } from '../dom.js';
import { counted, text } from '../texts.js';

const newMember = () =>
  make('li', { 'data-test': 'member' }, make('span', {}), make('code', {}), make('span', { class: 'note' }), make('span', { class: 'name' }));

/** A name is what somebody says, and stays in quotation marks beside who it is. @param {Sotto.MemberView} member */
export function nameOf({ name, alike }) {
  if (name === null) return '';
  // Its direction stays its own.
  const said = text('member_name', `\u2068${name}\u2069`);
  return alike ? `${said}. ${text('member_alike')}` : said;
}

/** @param {HTMLElement} item @param {Sotto.MemberView} member */
function fill(item, member) {
  const { id, leaf, you, committer } = member;
  setText(item.children[0], you ? text('you') : text('member', String(leaf + 1)));
  setText(item.children[1], id);
  setText(item.children[2], committer ? text('committer') : '');
  setText(item.children[3], nameOf(member));
}

/** @param {Sotto.View} view */
export function showMembers({ members, others, on }) {
  setShown(element('people'), on && members.length > 0);
  setText(element('people-title'), counted('members', members.length));
  const youFirst = members.toSorted((a, b) => Number(b.you) - Number(a.you));
  setList(element('members'), youFirst, newMember, fill);
  setShown(element('others'), others > 0);
  setText(element('others'), counted('others', others));
}
