"""Pipeline: all links as one compiled call over one state row a vehicle; knows no wire and no database."""
