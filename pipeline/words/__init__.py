"""How newswatch writes for people: amounts, times, languages and pictures, in mail, page and command line."""
