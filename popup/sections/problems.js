/** What is wrong: for each problem what happened, to whom, and what to do. */
import { prepareCopy } from '../copy.js';
import { element, make, setAttribute, setList, setShown, setText } from '../dom.js';
import { counted, text, textFor } from '../texts.js';
import { title } from './streams.js';

const OTHERS = 'others-without-sotto';

function newProblem() {
  const invite = make('button', { type: 'button', class: 'small', 'data-test': 'invite' });
  prepareCopy(invite, 'invite', () => text('invitation'));
  return make('li', { 'data-test': 'problem' }, make('p', {}), make('p', { class: 'hint' }), invite);
}

/** @param {Sotto.ProblemView} problem @param {Sotto.StreamView[]} streams */
function headline({ code, count, detail, stream }, streams) {
  const named = streams.find(({ page, stream: number }) => page === stream?.page && number === stream?.number);
  if (named) return textFor('problem', code, title(named), detail ?? text('somebody'));
  const words = count === null ? '' : counted(`problem_${code.replaceAll('-', '_')}`, count);
  return words || textFor('problem', code, detail ?? text('somebody'));
}

/** @param {Sotto.View} view */
export function showProblems({ problems, streams }) {
  const list = element('problems');
  setShown(list, problems.length > 0);
  setList(list, problems, newProblem, (item, problem) => {
    setAttribute(item, 'data-code', problem.code);
    setText(item.children[0], headline(problem, streams));
    setText(item.children[1], textFor('advice', problem.code));
    setShown(/** @type {HTMLElement} */ (item.children[2]), problem.code === OTHERS);
  });
}
