"""What requests cost, in points: the one list of prices, for both facades.

The cost of a GraphQL operation is known before it runs: its pages count as if they were full. Columns cost nothing
beyond their row, unless they are very many.
"""

REQUEST = 1  # whatever it asks for
ROW = 1  # each that is read: of a page as many as `first` or `last` allow, one for every edge to one row
COLUMNS = 100  # of a row for one price: one with more of them counts as several
WHOLE_LIST = 10  # each that is read whole to be counted, summed or shown: totalCount, balances, statusHistory
WRITE = 10  # each, judged by every rule and kept with its history
DESCRIPTION = 50  # __schema or __type as tools send it, answered from memory
INTROSPECTION = 100  # each field of any other __schema or __type, which Python executes for every type that there is

REST_READ = REQUEST + ROW
REST_WRITE = REQUEST + WRITE + ROW
