"use strict";
(() => {
  const root = document.documentElement;
  const each = (what, where, act) => where.querySelectorAll(what).forEach(act);
  each(".tools", document, (one) => { one.hidden = false; });

  // Theme: the system's until the reader chooses; the choice is kept where the browser allows it.
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const name = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  try { const kept = localStorage.getItem("afterleak-theme"); if (kept === "dark" || kept === "light") root.dataset.theme = kept; } catch { /* not allowed */ }
  theme.hidden = false;
  name();
  system.addEventListener("change", name);
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    name();
    try { localStorage.setItem("afterleak-theme", root.dataset.theme); } catch { /* not allowed */ }
  });

  // What is folded away is printed too, and a link into it opens it.
  const folded = () => document.querySelectorAll("details:not([open])");
  let opened = [];
  addEventListener("beforeprint", () => { opened.push(...folded()); opened.forEach((one) => { one.open = true; }); });
  addEventListener("afterprint", () => { opened.forEach((one) => { one.open = false; }); opened = []; });
  const open = () => { const at = location.hash && document.getElementById(location.hash.slice(1)); if (at) each("details", at, (one) => { one.open = true; }); };
  addEventListener("hashchange", open);
  open();

  const button = (cell, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.append(...cell.childNodes);
    cell.append(made);
    made.addEventListener("click", act);
  };
  const value = (cell) => (cell.dataset.best === undefined ? NaN : Number(cell.dataset.best));
  const plain = (cell) => cell.textContent.trim();
  // Numbers by size, texts by letter; what has no number comes last, whichever way.
  const order = (one, other, up) => {
    const [a, b] = [value(one), value(other)];
    if (Number.isNaN(a) && Number.isNaN(b)) return (up ? 1 : -1) * plain(one).localeCompare(plain(other), "en", { numeric: true });
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? 1 : -1;
    return (up ? 1 : -1) * (a - b);
  };

  // Rows of plain tables, by a column.
  each("table.sortable", document, (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      head.setAttribute("aria-sort", "none");
      button(head, () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((one) => one.setAttribute("aria-sort", one === head ? (up ? "ascending" : "descending") : "none"));
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort((a, b) => order(a.cells[column], b.cells[column], up)));
      });
    });
  });

  // Strategies, by a metric.
  each("table.compared tr[data-metric] > th", document, (head) => {
    head.classList.add("by");
    button(head, () => {
      const table = head.closest("table");
      const up = !head.classList.contains("up");
      each("th.by", table, (one) => one.classList.remove("up", "down"));
      head.classList.add(up ? "up" : "down");
      const cells = [...head.parentElement.cells].slice(1);
      const places = cells.map((_, at) => at).sort((a, b) => order(cells[a], cells[b], up));
      each("tr", table, (row) => {
        const own = [...row.cells].slice(1);
        if (own.length === cells.length) row.append(...places.map((at) => own[at]));
      });
    });
  });

  // Which rows are shown.
  const show = (table) => {
    const find = document.querySelector(`[data-filter="${table.id}"]`);
    const differing = document.querySelector(`[data-differing="${table.id}"]`);
    const only = document.querySelector(`[data-only="${table.id}"]`);
    const text = find ? find.value.trim().toLowerCase() : "";
    each("tbody tr:not(.group)", table, (row) => {
      const said = row.dataset.metric === undefined ? row.textContent : row.cells[0].textContent + " " + row.cells[0].title;
      row.hidden = !said.toLowerCase().includes(text)
        || (differing !== null && differing.checked && row.dataset.differs === undefined)
        || (only !== null && only.checked && row.dataset.kind !== only.value);
    });
    for (const body of table.tBodies) {
      const group = body.querySelector("tr.group");
      if (group) group.hidden = ![...body.rows].some((row) => row !== group && !row.hidden);
    }
  };
  each("[data-filter], [data-differing], [data-only]", document, (control) => {
    const table = document.getElementById(control.dataset.filter || control.dataset.differing || control.dataset.only);
    control.addEventListener("input", () => show(table));
  });
})();
