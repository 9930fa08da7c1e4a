-- kit: what nodes tell each other. A notification says it at once; the revision says it to whoever missed that.
create table notice_revision (
    topic    text   primary key check (length(topic) between 1 and 63),
    revision bigint not null default 1
) with (fillfactor = 50);
