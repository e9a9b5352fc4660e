// Charts: reads the JSON that data-chart names and draws it in our palette: from zero, with labels, as SVG for paper. The table beside it says the same.
"use strict";

(() => {
  const colours = { pine: "#1f6b4f", persimmon: "#c2571a", slate: "#4a6378", leaf: "#7fb08f", ink: "#1f2a30", line: "#cfc8b8" };
  const order = ["pine", "slate", "leaf", "line", "ink"];
  const words = { color: "#1f2a30", fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13 };
  const PAPER = 660; // px: A4 portrait within our margins; the screen may be wider
  const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const show = (value) => (value == null ? "" : number.format(value));

  // Told apart without colour: plain, slanted one way, slanted the other, dots; faint enough to read a number on.
  const stripes = (rotation) => ({ color: "rgba(255, 255, 255, .28)", dashArrayX: [1, 0], dashArrayY: [2, 6], rotation });
  const decals = [{ symbol: "none" }, stripes(Math.PI / 4), stripes(-Math.PI / 4), { color: "rgba(31, 42, 48, .3)", symbol: "circle", symbolSize: 0.5, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] }];

  function option(data) {
    const line = data.kind === "line";
    const many = data.series.length > 1;
    const longest = Math.max(...data.labels.map((_label, row) => data.series.reduce((sum, series) => sum + (series.data[row] || 0), 0)));
    const labels = { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: "#1f2a30" } }, axisLabel: { ...words, width: 120, overflow: "truncate" } };
    const values = { type: "value", min: (range) => Math.min(0, range.min), splitNumber: 4, splitLine: { lineStyle: { color: "#e4dfd5" } }, axisLabel: { ...words, color: "#56636b", formatter: show } };
    return {
      animation: false,
      textStyle: words,
      aria: { enabled: true, decal: { show: data.kind === "stacked", decals } },
      grid: { left: 8, right: line ? 28 : 44, top: many ? 40 : 16, bottom: 8, containLabel: true },
      legend: many ? { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: words } : undefined,
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: line ? "line" : "shadow" }, valueFormatter: show },
      xAxis: line ? { ...labels, boundaryGap: false } : values,
      yAxis: line ? values : { ...labels, inverse: true, axisLabel: { ...labels.axisLabel, interval: 0 } },
      series: data.series.map((series, index) => ({
        name: series.name,
        data: series.data,
        type: line ? "line" : "bar",
        stack: data.kind === "stacked" ? "all" : undefined,
        color: colours[series.color] || colours[order[index % order.length]],
        barMaxWidth: 18,
        cursor: data.links ? "pointer" : "default",
        symbolSize: 7,
        lineStyle: { width: 2.5, type: index % 2 ? "dashed" : "solid" },
        connectNulls: false,
        label: {
          show: !line || data.labels.length <= 12,
          position: data.kind === "stacked" ? "inside" : line ? (index % 2 ? "bottom" : "top") : "right",
          ...words,
          color: data.kind === "stacked" && index < 2 ? "#fff" : "#1f2a30",
          formatter: (point) => (data.kind === "stacked" && point.value < longest * 0.06 ? "" : show(point.value)), // no room: the table has it
        },
        labelLayout: { hideOverlap: true },
      })),
    };
  }

  function draw(box) {
    if (box.dataset.drawn) return;
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    box.dataset.drawn = "yes";
    if (data.kind !== "line") box.style.height = `${Math.max(160, data.labels.length * 30 + 76)}px`; // a bar is as high as a row of the table
    const chart = window.echarts.init(box, null, { renderer: "svg" });
    chart.setOption(option(data));
    chart.on("click", (point) => { if (data.links?.[point.dataIndex]) window.location.assign(data.links[point.dataIndex]); });
    new ResizeObserver(() => chart.resize()).observe(box);
    window.addEventListener("beforeprint", () => chart.resize({ width: PAPER }));
    window.addEventListener("afterprint", () => chart.resize());
  }

  const all = () => { for (const box of document.querySelectorAll("[data-chart]")) draw(box); };
  document.addEventListener("htmx:afterSettle", all);
  all();
})();
