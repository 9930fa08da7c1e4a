package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code account} and {@code oauth_client}. */
@Repository
@AllOrgs(because = "accounts and services belong to no organization; memberships join them")
class AccountStore {

    record Row(Account account, String passwordHash) {}

    private final JdbcClient jdbc;

    AccountStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the address has an account already. */
    boolean insert(Account account, String passwordHash) {
        return jdbc.sql("""
                        insert into account (id, email, name, password_hash, realm_roles)
                        values (:id, :email, :name, :hash, :roles)
                        on conflict (email) do nothing
                        """)
                        .param("id", account.id())
                        .param("email", account.email())
                        .param("name", account.name())
                        .param("hash", passwordHash)
                        .param("roles", account.realmRoles().toArray(String[]::new))
                        .update()
                == 1;
    }

    void password(String email, String passwordHash) {
        jdbc.sql("update account set password_hash = :hash, updated_at = now() where email = :email")
                .param("hash", passwordHash)
                .param("email", email)
                .update();
    }

    Optional<Row> find(String email) {
        return jdbc.sql("select id, email, name, password_hash, realm_roles from account where email = :email")
                .param("email", email)
                .query((row, number) -> new Row(account(row), row.getString("password_hash")))
                .optional();
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                row.getObject("id", UUID.class), row.getString("email"), row.getString("name"), List.of((String[])
                        row.getArray("realm_roles").getArray()));
    }

    void save(OauthClient client) {
        jdbc.sql("""
                        insert into oauth_client (client_id, secret_hash, realm_roles)
                        values (:id, :hash, :roles)
                        on conflict (client_id) do update
                        set secret_hash = excluded.secret_hash, realm_roles = excluded.realm_roles, updated_at = now()
                        where oauth_client.secret_hash <> excluded.secret_hash
                           or oauth_client.realm_roles <> excluded.realm_roles
                        """)
                .param("id", client.clientId())
                .param("hash", client.secretHash())
                .param("roles", client.realmRoles().toArray(String[]::new))
                .update();
    }

    Optional<OauthClient> client(String clientId) {
        return jdbc.sql("select client_id, secret_hash, realm_roles from oauth_client where client_id = :id")
                .param("id", clientId)
                .query((row, number) ->
                        new OauthClient(row.getString("client_id"), row.getString("secret_hash"), List.of((String[])
                                row.getArray("realm_roles").getArray())))
                .optional();
    }
}
