// Un fournisseur de service fait d'openid-client : une demande JSON par ligne en entrée, une réponse JSON par ligne en
// sortie. Rien n'y est vérifié par nous : c'est la bibliothèque qui accepte ou refuse.
import * as readline from "node:readline";
import * as client from "openid-client";

const connexions = new Map();
const maintenant = Date.now;
let avance = 0;
Date.now = () => maintenant() + avance;

const actions = {
  // Lit la découverte et prépare un client ; gardé d'une connexion à l'autre, avec ses clés publiques en mémoire.
  async preparer({ decouverte, client_id, client_secret }) {
    const authentification = client.ClientSecretBasic(client_secret);
    const config = await client.discovery(new URL(decouverte), client_id, undefined, authentification);
    // Sans cela, la norme permet de ne pas vérifier une signature reçue directement du fournisseur, en TLS.
    client.enableNonRepudiationChecks(config);
    connexions.set("config", config);
    return { issuer: config.serverMetadata().issuer };
  },

  async ouvrir({ redirect_uri, parametres }) {
    const config = connexions.get("config");
    const verificateur = client.randomPKCECodeVerifier();
    const connexion = { verificateur, state: client.randomState(), nonce: client.randomNonce() };
    connexions.set("connexion", connexion);
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri,
      state: connexion.state,
      nonce: connexion.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verificateur),
      code_challenge_method: "S256",
      ...parametres,
    });
    return { url: url.href };
  },

  async recevoir({ retour }) {
    const config = connexions.get("config");
    const connexion = connexions.get("connexion");
    const jetons = await client.authorizationCodeGrant(config, new URL(retour), {
      pkceCodeVerifier: connexion.verificateur,
      expectedState: connexion.state,
      expectedNonce: connexion.nonce,
      idTokenExpected: true,
    });
    Object.assign(connexion, { jetons, claims: jetons.claims() });
    return { claims: connexion.claims, rafraichissable: Boolean(jetons.refresh_token) };
  },

  async userinfo() {
    const { jetons, claims } = connexions.get("connexion");
    return client.fetchUserInfo(connexions.get("config"), jetons.access_token, claims.sub);
  },

  async rafraichir() {
    const connexion = connexions.get("connexion");
    const neufs = await client.refreshTokenGrant(connexions.get("config"), connexion.jetons.refresh_token);
    const change = neufs.access_token !== connexion.jetons.access_token;
    connexion.jetons = { ...connexion.jetons, ...neufs };
    return { change };
  },

  async introspecter() {
    const { jetons } = connexions.get("connexion");
    return client.tokenIntrospection(connexions.get("config"), jetons.access_token);
  },

  async revoquer() {
    const { jetons } = connexions.get("connexion");
    await client.tokenRevocation(connexions.get("config"), jetons.refresh_token);
    return {};
  },

  async secrets() {
    const { jetons, verificateur } = connexions.get("connexion");
    return [jetons.access_token, jetons.refresh_token, jetons.id_token, verificateur];
  },

  async fin({ post_logout_redirect_uri }) {
    const { jetons } = connexions.get("connexion");
    const parametres = { id_token_hint: jetons.id_token, post_logout_redirect_uri, state: client.randomState() };
    return { url: client.buildEndSessionUrl(connexions.get("config"), parametres).href, state: parametres.state };
  },

  // La bibliothèque n'accepte de relire les clés publiques qu'au bout d'une minute : son horloge avance, puis revient.
  async vieillir({ secondes }) {
    avance = secondes * 1000;
    return {};
  },
};

for await (const ligne of readline.createInterface({ input: process.stdin })) {
  const { action, ...demande } = JSON.parse(ligne);
  let reponse;
  try {
    reponse = { fait: await actions[action](demande) };
  } catch (erreur) {
    const cause = erreur.cause instanceof Error ? erreur.cause.message : JSON.stringify(erreur.cause ?? null);
    reponse = { refus: [erreur.name, erreur.code, erreur.error, erreur.message, cause].filter(Boolean).join(" · ") };
  }
  process.stdout.write(JSON.stringify(reponse) + "\n");
}
