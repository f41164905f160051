// Package seeds holds real input: the Ji'an plan as data (吉安市重点改革突破攻坚战
// 实施方案, 2023), the State Council's working-day calendar, a default policy, and a
// seeded simulator of two years of the campaign for demos, tests and benchmarks.
//
// # Cites
//
// Every entry of the plan cites where it comes from: 四(二) is section 四, article
// (二). Where an article or a section has several paragraphs a number follows:
// 二·2 is the second paragraph of section 二, 三(三)·5 the fifth paragraph after the
// heading of article (三). No sentence of the plan is copied; names of units and
// tasks are its own words.
package seeds
