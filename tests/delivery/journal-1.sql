PRAGMA user_version = 1;
PRAGMA application_id = 1400130156;
BEGIN TRANSACTION;
CREATE TABLE attempts (
        delivery INTEGER NOT NULL REFERENCES deliveries, number INTEGER NOT NULL, sent_at REAL NOT NULL,
        signed_at INTEGER, perhaps_again INTEGER NOT NULL DEFAULT 0, status INTEGER, latency REAL, error TEXT,
        headers TEXT, body BLOB, answered_at REAL, PRIMARY KEY (delivery, number)
    ) WITHOUT ROWID;
INSERT INTO "attempts" VALUES(1,1,2.0,2,0,204,0.1,NULL,'{}',X'746F6C64',3.0);
INSERT INTO "attempts" VALUES(2,1,2.0,2,0,500,0.1,NULL,'{}',X'746F6C64',3.0);
INSERT INTO "attempts" VALUES(4,1,2.0,2,0,500,0.1,NULL,'{}',X'746F6C64',3.0);
CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, hook INTEGER NOT NULL REFERENCES hooks,
        event INTEGER NOT NULL REFERENCES events, position INTEGER NOT NULL, place INTEGER NOT NULL, again TEXT,
        copied INTEGER NOT NULL, wait REAL NOT NULL, batch INTEGER, fault TEXT, state TEXT NOT NULL DEFAULT 'PENDING',
        attempts INTEGER NOT NULL DEFAULT 0, due REAL
    );
INSERT INTO "deliveries" VALUES(1,1,1,1,1,0,NULL,0,0.0,NULL,NULL,'SUCCESS',1,NULL);
INSERT INTO "deliveries" VALUES(2,1,1,2,2,1,NULL,0,0.0,NULL,NULL,'PENDING',1,9.5);
INSERT INTO "deliveries" VALUES(3,1,1,3,3,2,NULL,0,0.0,NULL,NULL,'PENDING',0,NULL);
INSERT INTO "deliveries" VALUES(4,2,2,4,1,0,NULL,0,0.0,NULL,NULL,'FAIL',1,NULL);
CREATE TABLE events (id INTEGER PRIMARY KEY, type TEXT NOT NULL, timestamp INTEGER, body BLOB NOT NULL);
INSERT INTO "events" VALUES(1,'order.created',5,X'7B226E223A20317D');
INSERT INTO "events" VALUES(2,'order.created',5,X'7B226E223A20327D');
INSERT INTO "events" VALUES(3,'order.created',5,X'7B226E223A20337D');
INSERT INTO "events" VALUES(4,'order.created',5,X'7B226E223A20347D');
CREATE TABLE hooks (
        id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, name TEXT NOT NULL, url TEXT NOT NULL
    );
INSERT INTO "hooks" VALUES(1,1,'hook','http://localhost/hook');
INSERT INTO "hooks" VALUES(2,2,'hook','http://localhost/hook');
INSERT INTO "hooks" VALUES(3,3,'hook','http://localhost/hook');
CREATE TABLE runs (
        id INTEGER PRIMARY KEY, began_at REAL NOT NULL, seed INTEGER NOT NULL, made_by TEXT NOT NULL,
        settings TEXT NOT NULL, planned INTEGER NOT NULL DEFAULT 0, ended_at REAL
    );
INSERT INTO "runs" VALUES(1,1.5,7,'hand','{"concurrency": 2, "retries": "svix"}',1,NULL);
INSERT INTO "runs" VALUES(2,1.5,7,'hand','{"concurrency": 1}',1,9.0);
INSERT INTO "runs" VALUES(3,1.5,7,'hand','{"concurrency": 1, "retries": {"name": "custom"}}',0,NULL);
CREATE INDEX deliveries_by_state ON deliveries (run, state, id);
CREATE INDEX deliveries_copied ON deliveries (run, hook, place, id) WHERE copied;
COMMIT;
