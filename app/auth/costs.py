"""What requests cost, in points of the rate limit: one list for both facades.

The cost of a GraphQL operation is worked out before it runs: its pages count as if they were full. Columns cost nothing
beyond their row, unless there are very many. What the size of a tenant's tables makes of it is charged afterwards, by
the time for which a connection was held.
"""

REQUEST = 1  # each, whatever it asks for
ROW = 1  # each row that is read: of a page as many as `first` or `last` allow
COLUMNS = 100  # of a row: one with more of them counts as several rows
WHOLE_LIST = 10  # each list that is read whole: for totalCount, balances, statusHistory
WRITE = 10  # each write, which is checked by every rule and logged
DESCRIPTION = 50  # __schema or __type as tools send it, answered from memory
INTROSPECTION = 100  # each field of any other __schema or __type, which is executed for every type
FREE_SECONDS = 0.25  # for which a read may hold a connection
SECOND = 1_000  # each second beyond them

REST_READ = REQUEST + ROW
REST_WRITE = REQUEST + WRITE + ROW
