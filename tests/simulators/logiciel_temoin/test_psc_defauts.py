"""Chaque défaut de connexion se voit là où il agit ; le logiciel conforme, dans la même épreuve, ne le montre pas."""

from __future__ import annotations

import queue
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import simulators.logiciel_temoin as paquet
from simulators.logiciel_temoin import psc_api, psc_ciba
from simulators.logiciel_temoin.mutations_psc import PSC
from simulators.psc.ciba import INTERVALLE
from steps.personne.parcours import se_deconnecter
from tests.simulators.logiciel_temoin.psc_essai import BIOLOGISTE_1, BIOLOGISTE_2, Essai, Fabrique

Epreuve = Callable[[Essai], bool]
"""Joue l'épreuve ; vrai si le comportement fautif se voit."""


def _connecte(voir: Epreuve) -> Epreuve:
    def epreuve(essai: Essai) -> bool:
        essai.connecter()
        return voir(essai)

    return epreuve


def _deux_fois(champ: str) -> Epreuve:
    def epreuve(essai: Essai) -> bool:
        essai.connecter(BIOLOGISTE_1)
        essai.connecter(BIOLOGISTE_2)
        return essai.demande(0)[champ] == essai.demande(1)[champ]

    return epreuve


def _accepte(panne: str) -> Epreuve:
    """La session s'ouvre malgré la faute du fournisseur."""

    def epreuve(essai: Essai) -> bool:
        essai.banc.psc.panne(panne)
        return bool(essai.connecter()[0].donnees["session"]["ouverte"])

    return epreuve


def _refuse(panne: str) -> Epreuve:
    accepte = _accepte(panne)
    return lambda essai: not accepte(essai)


def _rouvre_le_retour(essai: Essai) -> bool:
    navigateur = essai.navigateur()
    _, parcours = essai.connecter(navigateur=navigateur)
    navigateur.aller(parcours.retours[0].url)
    return any(j.notes.get("code_deja_utilise") == "oui" for j in essai.jetons("authorization_code"))


def _demande(manque: Callable[[dict[str, str]], bool]) -> Epreuve:
    return _connecte(lambda essai: manque(essai.demande()))


def _apres_quatre_heures(essai: Essai) -> bool:
    session_id = essai.session()
    for _ in range(13):
        essai.avancer(1200)
        essai("lire_session", session_id=session_id)
    return essai.ouverte(session_id)


def _fin_ailleurs(essai: Essai) -> bool:
    session_id = essai.session()
    essai.banc.psc.sessions.terminer(BIOLOGISTE_1)
    essai.avancer(130)
    return essai.ouverte(session_id)


def _fin(essai: Essai, panne: str = "") -> str:
    """Déconnexion complète par le navigateur ; rend l'identifiant de la session."""
    navigateur = essai.navigateur()
    session_id = essai.session(navigateur=navigateur)
    if panne:
        essai.banc.psc.panne(panne)
    url = essai("fermer_session", session_id=session_id).donnees["url"]
    if url:
        se_deconnecter(navigateur, url, essai.fournisseur("psc"))
    return session_id


def _reste_ouverte(essai: Essai) -> bool:
    return essai.ouverte(_fin(essai, "fin_session_indisponible"))


def _relance(essai: Essai) -> bool:
    _fin(essai)
    return len(essai.echanges("autorisation")) > 1


def _sans_hint(essai: Essai) -> bool:
    _fin(essai)
    return essai.echanges("fin_session")[-1].notes["id_token_hint"] == "non"


def _sans_fin(essai: Essai) -> bool:
    _fin(essai)
    return not essai.echanges("fin_session")


def _seconde_identite(essai: Essai) -> bool:
    """Deux personnes, l'une après l'autre, dans le même navigateur."""
    navigateur = essai.navigateur()
    essai.session(BIOLOGISTE_1, navigateur=navigateur)
    essai.banc.psc.sessions.terminer(BIOLOGISTE_1)
    lue, _ = essai.connecter(BIOLOGISTE_2, navigateur=navigateur)
    return bool(lue.donnees["session"]["identifiant_national"] == BIOLOGISTE_1)


def _autre_navigateur(essai: Essai) -> bool:
    essai.session(BIOLOGISTE_1)
    lue, _ = essai.connecter(BIOLOGISTE_2)
    return bool(lue.donnees["session"]["identifiant_national"] == BIOLOGISTE_1)


def _action_au_nom_de(essai: Essai, attendu: str) -> bool:
    essai.session(BIOLOGISTE_2)
    utilisateur = essai.labo.identifier(essai.labo.annuaire.ouvrir("biologiste_2"))
    assert utilisateur.professionnel is not None
    return utilisateur.professionnel.identifiant_national != attendu


def _rapproche(essai: Essai) -> bool:
    essai("creer_compte", "administrateur", compte={"identifiant": "local"}, mot_de_passe="Un-mot-de-passe-2026!")
    locale = essai("ouvrir_session", identifiant="local", mot_de_passe="Un-mot-de-passe-2026!")
    qui = "ANS20260101000001"
    essai.session(qui, session_id=locale.donnees["session"]["session_id"])
    return not essai.connecter(qui)[0].donnees["session"]["ouverte"]


def _rapproche_d_un_autre(essai: Essai) -> bool:
    local = essai.session(BIOLOGISTE_1)
    essai.connecter(BIOLOGISTE_2, session_id=local)
    session = essai("lire_session", session_id=local).donnees["session"]
    return bool(session.get("identifiant_national") == BIOLOGISTE_2)


def _jeton(essai: Essai, ou: str) -> bool:
    navigateur = essai.navigateur()
    lue, _ = essai.connecter(navigateur=navigateur)
    ouverte = essai.labo.fournisseurs.ouvertes.de_session(lue.donnees["session"]["session_id"])
    assert ouverte is not None
    lieux = {
        "url": " ".join(passage.url for passage in navigateur.passages),
        "navigateur": " ".join(trace.valeur for trace in navigateur.traces()),
        "trace": str(essai("lire_traces", categorie="comptes").donnees),
        "message": " ".join(lue.messages),
    }
    return ouverte.jetons.acces in lieux[ou]


def _mode_non_trace(essai: Essai) -> bool:
    essai("fermer_session", session_id=essai.session())
    [*_, trace] = essai("lire_traces", categorie="comptes").donnees["traces"]
    return bool(trace["detail"].get("mode") != "psc")


def _sans_api(essai: Essai) -> bool:
    essai.session()
    utilisateur = essai.labo.identifier(essai.labo.annuaire.ouvrir("biologiste_1"))
    return psc_api.adresse(essai.labo, utilisateur, "insi") == ""


def _prompt(valeur: str) -> Epreuve:
    def epreuve(essai: Essai) -> bool:
        essai.connecter(fournisseur="etablissement")
        return essai.demande(service="etablissement").get("prompt") == valeur

    return epreuve


def _rafraichit_a_chaque_appel(essai: Essai) -> bool:
    session_id = essai.session()
    essai.ouverte(session_id)
    return bool(essai.jetons("refresh_token"))


def _jamais_rafraichi(essai: Essai) -> bool:
    session_id = essai.session()
    essai.avancer(130)
    essai.ouverte(session_id)
    return not essai.jetons("refresh_token")


def _ciba(voir: Callable[[Essai, dict[str, str]], bool]) -> Epreuve:
    """Deux demandes, sans attendre la réponse : ce qui se voit de la seconde."""

    def epreuve(essai: Essai) -> bool:
        for _ in range(2):
            essai.labo.fournisseurs.ciba.arreter()
            lue = essai("ouvrir_connexion", fournisseur="psc", modalite="ciba", identifiant=BIOLOGISTE_1)
        return voir(essai, lue.donnees)

    return epreuve


def _codes(essai: Essai) -> set[str]:
    return {e.notes["binding_message"] for e in essai.echanges("ciba")}


def _trente_codes(essai: Essai) -> bool:
    for _ in range(12):
        essai.labo.fournisseurs.ciba.arreter()
        essai("ouvrir_connexion", fournisseur="psc", modalite="ciba", identifiant=BIOLOGISTE_1)
    return len(_codes(essai)) == 1


def _interroge(reponses: list[str], intervalle: float = 2.0) -> Callable[[Essai], list[float]]:
    """Attentes entre les appels, face à ces réponses, puis arrêt."""

    def jouer(essai: Essai) -> list[float]:
        service, attentes = essai.labo.fournisseurs, []
        client, suite = service.client("psc"), iter(reponses)

        def attendre(duree: float) -> bool:
            attentes.append(duree)
            return len(attentes) > len(reponses)

        client.jeton = lambda champs: (400, {"error": next(suite)})  # type: ignore[method-assign]
        connexion = service.connexions.ouvrir(client, "ciba")
        service.ciba.suivre(connexion, psc_ciba.Demande("demande-d-essai", intervalle, attendre), lambda: False)
        return attentes

    return jouer


def _trop_rapide(essai: Essai) -> bool:
    vues: queue.Queue[float] = queue.Queue()
    suivre = {"suivre": lambda connexion, demande, expiree: vues.put(demande.intervalle)}
    essai.labo.fournisseurs.ciba.__dict__.update(suivre)
    essai("ouvrir_connexion", fournisseur="psc", modalite="ciba", identifiant=BIOLOGISTE_1)
    return vues.get(timeout=10) < INTERVALLE


EPREUVES: dict[str, Epreuve] = {
    "psc_decouverte_standard": _connecte(
        lambda e: e.echanges("decouverte")[-1].notes["document"] == "openid-configuration"
    ),
    "psc_state_absent": _demande(lambda d: "state" not in d),
    "psc_state_constant": _deux_fois("state"),
    "psc_state_court": _demande(lambda d: len(d["state"]) < 10),
    "psc_state_non_verifie": _accepte("state_faux"),
    "psc_nonce_absent": _demande(lambda d: "nonce" not in d),
    "psc_nonce_constant": _deux_fois("nonce"),
    "psc_pkce_absent": _demande(lambda d: "code_challenge" not in d),
    "psc_pkce_plain": _demande(lambda d: d["code_challenge_method"] == "plain"),
    "psc_pkce_constant": _deux_fois("code_challenge"),
    "psc_acr_absent": _demande(lambda d: "acr_values" not in d),
    "psc_acr_autre": _demande(lambda d: d["acr_values"] != "eidas1"),
    "psc_scope_sans_scope_all": _demande(lambda d: d["scope"] == "openid"),
    "psc_flux_implicite": _demande(lambda d: d["response_type"] != "code"),
    "psc_secret_dans_url": _demande(lambda d: "client_secret" in d),
    "psc_iss_retour_non_verifie": _accepte("iss_faux"),
    "psc_redirect_uri_autre_au_jeton": _connecte(
        lambda e: e.jetons("authorization_code")[0].notes["redirect_uri_identique"] == "non"
    ),
    "psc_code_rejoue": _rouvre_le_retour,
    "psc_certificat_absent": _connecte(lambda e: not e.echanges("jeton")[0].notes.get("certificat")),
    "psc_signature_non_verifiee": _accepte("signature_fausse"),
    "psc_alg_none_accepte": _accepte("alg_none"),
    "psc_hs256_accepte": _accepte("hs256_confusion"),
    "psc_cle_tournee_refusee": lambda e: e.connecter()[0].donnees["session"]["ouverte"] and _refuse("cle_tournee")(e),
    "psc_iss_non_verifie": _accepte("emetteur_faux"),
    "psc_aud_non_verifie": _accepte("audience_fausse"),
    "psc_azp_non_verifie": _accepte("azp_faux"),
    "psc_exp_non_verifie": _accepte("id_token_expire"),
    "psc_iat_non_verifie": _accepte("iat_futur"),
    "psc_nonce_non_verifie": _accepte("nonce_faux"),
    "psc_acr_non_verifie": _accepte("acr_faux"),
    "psc_at_hash_non_verifie": _accepte("at_hash_faux"),
    "psc_sub_non_verifie": _accepte("sub_absent"),
    "psc_userinfo_autre_accepte": _accepte("userinfo_autre_sub"),
    "psc_userinfo_par_url": _connecte(lambda e: e.echanges("userinfo")[0].notes["porteur"] == "parametre"),
    "psc_plantage_sans_exercice": _refuse("userinfo_sans_exercice"),
    "psc_situation_imposee": lambda e: len(e.connecter(BIOLOGISTE_2)[0].donnees["session"]["situations"]) < 2,
    "psc_identite_constante": _autre_navigateur,
    "psc_personnes_confondues": _seconde_identite,
    "psc_identifiant_tronque": lambda e: (
        e.connecter()[0].donnees["session"].get("identifiant_national") != BIOLOGISTE_1
    ),
    "psc_identite_premier_ps": lambda e: _action_au_nom_de(e, BIOLOGISTE_2),
    "psc_identite_generique": lambda e: _action_au_nom_de(e, BIOLOGISTE_2),
    "psc_jeton_dans_url": lambda e: _jeton(e, "url"),
    "psc_jeton_au_navigateur": lambda e: _jeton(e, "navigateur"),
    "psc_jeton_dans_trace": lambda e: _jeton(e, "trace"),
    "psc_jeton_dans_message": lambda e: _jeton(e, "message"),
    "psc_refresh_a_chaque_appel": _rafraichit_a_chaque_appel,
    "psc_sans_refresh": _jamais_rafraichi,
    "psc_session_survit_a_psc": _fin_ailleurs,
    "psc_session_plus_de_4h": _apres_quatre_heures,
    "psc_deconnexion_locale_seule": _sans_fin,
    "psc_deconnexion_sans_hint": _sans_hint,
    "psc_ouverte_si_echec_de_fin": _reste_ouverte,
    "psc_reconnexion_silencieuse": _relance,
    "psc_services_sans_jeton": _sans_api,
    "psc_mode_non_trace": _mode_non_trace,
    "oidc_reauthentification_exigee": _prompt("login"),
    "oidc_sans_page": _prompt("none"),
    "psc_bouton_absent": lambda e: "psc" not in e("lire_ecran_connexion").donnees["moyens"],
    "psc_cgu_sans_psc": lambda e: "Pro Santé Connect" not in e("lire_ecran_connexion").donnees["cgu"],
    "psc_rapprochement_sans_effet": _rapproche,
    "psc_rapprochement_sans_controle": _rapproche_d_un_autre,
    "psc_binding_constant": _trente_codes,
    "psc_binding_non_affiche": _ciba(lambda e, d: not d["code_affiche"]),
    "psc_binding_non_numerique": _ciba(lambda e, d: not all(code.isdigit() for code in _codes(e))),
    "psc_canal_absent": _ciba(lambda e, d: not e.echanges("ciba")[0].notes.get("canal")),
    "psc_ciba_acr_absent": _ciba(lambda e, d: not e.echanges("ciba")[0].notes.get("acr")),
    "psc_polling_trop_rapide": _trop_rapide,
    "psc_slow_down_ignore": lambda e: _interroge(["slow_down", "access_denied"])(e)[1] < 7,
    "psc_polling_sans_fin": lambda e: len(_interroge(["access_denied", "access_denied"])(e)) > 1,
}
AILLEURS = {
    "psc_api_autre_certificat",
    "psc_dmp_jeton_d_un_autre",
    "psc_insi_jeton_d_un_autre",
    "psc_mss_jeton_d_un_autre",
}
"""Éprouvés par test_psc_services.py."""


def test_tous_les_defauts() -> None:
    """Chaque défaut a son épreuve, et est employé quelque part."""
    assert set(EPREUVES) | AILLEURS == set(PSC)
    dossier = Path(paquet.__file__).parent
    code = "\n".join(p.read_text(encoding="utf-8") for p in dossier.glob("*.py") if p.name != "mutations_psc.py")
    cites = set(re.findall(r'"((?:psc|oidc)_[a-z0-9_]+)"', code)) | {
        f"psc_{s}_jeton_d_un_autre" for s in ("dmp", "insi")
    }
    assert sorted(set(PSC) - cites) == []


@pytest.mark.parametrize("defaut", sorted(EPREUVES))
def test_defaut(psc: Fabrique, defaut: str) -> None:
    """Invisible dans le logiciel conforme, visible avec le défaut."""
    assert not EPREUVES[defaut](psc())
    assert EPREUVES[defaut](psc(defaut))
