"use strict";
(() => {
  const table = document.querySelector(".connections");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase(), look: row.className }));
  const { text, look, all } = document.forms[0].elements;
  const output = document.querySelector("output");

  // Shown are the rows with the text and the look; those that need no look only if all are wanted.
  const show = () => {
    const words = text.value.toLowerCase().split(/\s+/);
    let shown = 0, quiet = 0;
    for (const r of rows) {
      const matches = words.every((w) => r.text.includes(w)) && (!look.value || look.value === r.look);
      r.row.hidden = !matches || !(all.checked || r.look);
      shown += !r.row.hidden;
      quiet += matches && r.row.hidden;
    }
    output.value = `${shown.toLocaleString("en")} shown` + (quiet ? `, ${quiet.toLocaleString("en")} that need no look hidden` : "");
  };

  const { compare } = new Intl.Collator("en", { numeric: true });
  const sort = (th, at) => {
    const order = th.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    const sign = order === "ascending" ? 1 : -1;
    for (const r of rows) r.key = r.row.cells[at].textContent;
    rows.sort((a, b) => sign * compare(a.key, b.key));
    body.append(...rows.map((r) => r.row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", order);
  };

  [...table.tHead.rows[0].cells].forEach((th, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...th.childNodes);
    button.addEventListener("click", () => sort(th, at));
    th.append(button);
  });
  for (const control of [text, look, all]) control.addEventListener("input", show);
  document.forms[0].addEventListener("submit", (event) => event.preventDefault());
  document.forms[0].hidden = false;
  show();
})();
