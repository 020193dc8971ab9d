"""Étapes des dispositifs, structures et usagers devant d'autres logiciels que le témoin."""

from __future__ import annotations

import http.server
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reports.verdict import Verdict
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps import identifiants_structures as numeros
from steps.bilan import ScenarioArrete
from steps.client_structure import LogicielInjoignable, se_connecter
from steps.essai import Essai
from steps.etapes import acces_commun, acces_dispositifs, acces_usagers, acces_usagers_connexion
from steps.etapes.acces_facteurs import DispositifEssai, code_totp, dispositifs, lire_nouveau, marquer_lus
from steps.etapes.acces_facteurs import confirmer as confirmer_coordonnee
from steps.etapes.acces_inscription import presenter_usager
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.protocole import Apropos, ReponseAction

Action = Callable[[Mapping[str, Any]], ReponseAction]
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
ZOE = "zoe@personnes.banc-sons.test"


class Produit:
    """Un logiciel dont chaque essai choisit les actions ; celles qu'il n'a pas donnent `non_gere`."""

    def __init__(self, **actions: Action) -> None:
        self._actions = actions

    def apropos(self) -> Apropos:
        return Apropos("Produit feint", "1")

    def actions(self) -> frozenset[str]:
        return frozenset({*self._actions, "enroler_dispositif", "creer_compte"})

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        return self._actions[action](parametres) if action in self._actions else ReponseAction("non_gere")

    def fermer(self) -> None:
        return


def fait(**donnees: Any) -> ReponseAction:
    return ReponseAction("fait", (), donnees)


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with JournalEchanges.creer(tmp_path_factory.mktemp("journal") / "j") as journal, Banc(journal) as monte:
        yield monte


@pytest.fixture
def essayer(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> Callable[[Produit], Essai]:
    """Un scénario en cours pour ce produit ; une absence de message se constate aussitôt."""
    monkeypatch.setattr(acces_commun, "DELAI", 0.05)
    banc.remettre_a_zero()
    retenu = cast("Any", SimpleNamespace(numero="SSI/IE.46.01"))
    logiciel = ConfigurationLogiciel("Produit feint", "1", ("Général",), "http", delai_s=0.5)
    return lambda produit: Essai(retenu, produit, banc, banc.journal, logiciel)


def _envoyer(banc: Banc, texte: str, *, a: str = ZOE) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "labo@labo.example", a, "Votre compte"
    message.set_content(texte)
    adresse = banc.courriels.adresses()
    with smtplib.SMTP(adresse["hote"], adresse["port"], timeout=10) as client:
        client.send_message(message)


# ------------------------------------------------------------------ fonctions absentes
def test_sans_dispositif_propre(essayer: Callable[[Produit], Essai]) -> None:
    """Un logiciel sans dispositif propre : à vérifier, avec la raison."""
    compte = {"compte_id": "C1", "identifiant": "x"}
    essai = essayer(Produit(creer_compte=lambda _: fait(compte=compte)))
    table = [["compte", "nom", "prénom", "dispositifs"], ["la professionnelle", "DURAND", "Zoé", "totp"]]
    with pytest.raises(ScenarioArrete, match="enroler_dispositif"):
        acces_dispositifs.professionnels_dotes(essai, table)
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_sans_connexion_d_usager(essayer: Callable[[Produit], Essai]) -> None:
    """Un logiciel où aucun usager ne se connecte : à vérifier, jamais conforme."""
    essai = essayer(Produit())
    with pytest.raises(ScenarioArrete, match="creer_compte"):
        acces_usagers.inscription_par_chaque_moyen(essai)
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_reglage_absent(essayer: Callable[[Produit], Essai]) -> None:
    """Un réglage que le logiciel n'a pas : à vérifier, avec son nom."""
    essai = essayer(Produit(lire_configuration=lambda _: ReponseAction("non_gere")))
    with pytest.raises(ScenarioArrete, match="delai_inactivite_usagers"):
        acces_usagers_connexion.regler_inactivite(essai, 300)
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_un_seul_moyen_de_vérification_hors_liste(essayer: Callable[[Produit], Essai]) -> None:
    """Un moyen que l'exigence ne nomme pas est à vérifier, même quand tout le reste est juste."""
    essai = essayer(Produit(creer_compte=lambda p: _inscrire(p, "visio_agent")))
    acces_usagers.inscription_par_chaque_moyen(essai)
    assert [c.verdict for c in essai.bilan.constats if c.code == "ACC-USA-02"] == [Verdict.A_VERIFIER]


def _inscrire(parametres: Mapping[str, Any], moyen: str) -> ReponseAction:
    donnees = {"moyens_verification": [moyen]}
    return ReponseAction("refuse", ("identité à vérifier",), donnees)


# ------------------------------------------------------------------ messages et codes
def test_message_par_lien(essayer: Callable[[Produit], Essai], banc: Banc) -> None:
    """Sans code, le lien sert ; et c'est lui que l'action reçoit, jamais écrit en clair au journal."""
    recus: list[Mapping[str, Any]] = []

    def confirmer(parametres: Mapping[str, Any]) -> ReponseAction:
        recus.append(parametres)
        return fait(compte={"compte_id": "C1", "identifiant": "x", "courriel": ZOE, "courriel_verifie": True})

    essai = essayer(Produit(confirmer_coordonnee=confirmer))
    presenter_usager(essai, "zoe").compte_id = "C1"
    marquer_lus(essai, ZOE)
    lien = "https://labo.example/activer/9fX2kQ81Lm"
    _envoyer(banc, f"Bonjour, ouvrez {lien} pour confirmer.")
    message = lire_nouveau(essai, ZOE)
    assert message is not None
    confirmer_coordonnee(essai, "zoe", ZOE, message)
    assert recus[0]["lien"] == lien and "code" not in recus[0]
    actions = [str(e.donnees) for e in banc.journal.enregistrements(type="action")]
    assert any("confirmer_coordonnee" in a for a in actions) and not any("9fX2kQ81Lm" in a for a in actions)


def test_message_lu_au_telephone(essayer: Callable[[Produit], Essai]) -> None:
    """Rien au relais : ce que la personne lit ailleurs vaut, son code aussi."""
    sms = [{"texte": "Code de vérification : 5512"}]
    essai = essayer(Produit(lire_messages_recus=lambda _: fait(messages_recus=sms)))
    marquer_lus(essai, ZOE)
    message = lire_nouveau(essai, ZOE)
    assert message is not None and message.codes == ("5512",)


def test_aucun_message(essayer: Callable[[Produit], Essai]) -> None:
    """Rien nulle part : None, sans arrêter le scénario."""
    essai = essayer(Produit())
    marquer_lus(essai, ZOE)
    assert lire_nouveau(essai, ZOE) is None


def test_un_code_totp_n_est_jamais_presente_deux_fois(essayer: Callable[[Produit], Essai]) -> None:
    """Le second attend le pas de temps suivant, par l'horloge d'essai du produit."""
    attentes: list[int] = []

    def passer(parametres: Mapping[str, Any]) -> ReponseAction:
        attentes.append(parametres["secondes"])
        return fait()

    essai = essayer(Produit(laisser_passer=passer))
    vise = DispositifEssai("zoe", "totp", "D1", SECRET, acces_commun.instant(essai))
    dispositifs(essai, "zoe")["totp"] = vise
    premier, rang = code_totp(essai, vise), vise.dernier_rang
    second = code_totp(essai, vise)
    assert (premier != second or vise.dernier_rang > rang) and vise.dernier_rang > rang
    assert len(attentes) == 1 and 1 <= attentes[0] <= 31


# ------------------------------------------------------------------ structures
@pytest.mark.parametrize("nature", numeros.NATURES)
def test_numeros_fictifs(nature: str) -> None:
    """Clé juste d'abord, fausse ensuite, un seul chiffre d'écart."""
    from simulators.logiciel_temoin.acces_structures import identifiant_valide

    for _ in range(50):
        juste = numeros.tirer(nature)
        faux = numeros.fausser(nature, juste)
        assert identifiant_valide(nature, juste) and not identifiant_valide(nature, faux)
        assert sum(a != b for a, b in zip(juste, faux, strict=True)) == 1


def test_structure_injoignable(banc: Banc) -> None:
    """Rien à cette adresse : c'est dit, ce n'est pas un refus."""
    with pytest.raises(LogicielInjoignable):
        se_connecter(banc.journal, "https://localhost:1/x", None, presente="valide", decrit="essai")


@pytest.mark.parametrize("exige", [True, False])
def test_structure_sans_alerte(banc: Banc, tmp_path: Path, exige: bool) -> None:
    """Un serveur qui exige un certificat : refus noté ; un qui n'en veut pas : sa réponse, telle quelle."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serveur = banc.igc.serveur()
    contexte.load_cert_chain(serveur.chemin_pem, serveur.chemin_cle)
    if exige:
        contexte.load_verify_locations(banc.igc.racines_pem)
        contexte.verify_mode = ssl.CERT_REQUIRED
    ecoute = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Muet)
    ecoute.daemon_threads = True
    ecoute.handle_error = lambda *_: None  # type: ignore[method-assign]
    ecoute.socket = contexte.wrap_socket(ecoute.socket, server_side=True)
    fil = threading.Thread(target=ecoute.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    fil.start()
    try:
        url = f"https://localhost:{ecoute.server_address[1]}/acces?x=1"
        echange = se_connecter(banc.journal, url, None, presente="sans", decrit="aucun certificat")
        valide = banc.igc.emettre_structure(0, "CLINIQUE", "1990000001")
        admise = se_connecter(banc.journal, url, valide, presente="valide", decrit="valide")
    finally:
        ecoute.shutdown()
        ecoute.server_close()
        fil.join(5)
    assert (echange.reponse is None) is exige and bool(echange.notes.get("refus")) is exige
    assert admise.reponse is not None and admise.reponse.statut == 204 and admise.requete.cible == "/acces?x=1"
    assert admise.tls is not None and admise.tls.certificat is not None


class _Muet(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Rien."""
