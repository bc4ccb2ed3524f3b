// Package bench measures Carnet against its performance budget, on agencies of
// made-up clients, beside the bare SQL that each work needs.
package bench
