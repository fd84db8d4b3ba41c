<?xml version="1.0"?>
<CHANNEL HREF="https://ledger.example/">
  <TITLE>The Harbour Ledger</TITLE>
  <ITEM HREF="https://ledger.example/one.html">
    <TITLE>Old format, new turbine</TITLE>
    <ABSTRACT>A channel of the nineties.</ABSTRACT>
  </ITEM>
</CHANNEL>
