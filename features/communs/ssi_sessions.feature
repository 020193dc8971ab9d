# language: fr
Fonctionnalité: Sessions des professionnels
  Une session se ferme par le professionnel, par l'inactivité, ou quand son onglet ou son client est fermé.

  @SSI/IE.38.01
  Scénario: Le professionnel ferme sa session
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom         | prénom | permissions  |
      | la professionnelle | AÏT-LAURENT | Élise  | consultation |
      | le technicien | D'ESTAING   | Rémi   | consultation |
    Et « la professionnelle » s'est connectée
    Et « le technicien » s'est connecté
    Quand « la professionnelle » se déconnecte
    Alors la session de « la professionnelle » est fermée
    Et la session de « le technicien » est encore ouverte
    Et « la professionnelle » se reconnecte dans une session neuve

  @SSI/IE.39.01
  Scénario: Une session inactive se ferme au terme de la durée réglée
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom          | prénom | permissions  |
      | la professionnelle | RENÉ-LE BRAS | Oriane | consultation |
    Quand l'administrateur règle l'inactivité à 1200 secondes
    Alors une session inactive 1140 secondes est encore ouverte
    Et une session inactive 1260 secondes est fermée
    Et une session active toutes les 800 secondes reste ouverte
    # Une autre durée, plus longue : une constante se verrait.
    Quand l'administrateur règle l'inactivité à 3600 secondes
    Alors une session inactive 3540 secondes est encore ouverte
    Et une session inactive 3660 secondes est fermée

  @SSI/IE.40.01
  Scénario: Fermer l'onglet ou le navigateur ferme la session
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom         | prénom | permissions  |
      | la professionnelle | LÉVI-D'ANGE | Maud   | consultation |
    Quand « la professionnelle » ferme son onglet sans se déconnecter
    Alors le logiciel rouvert demande à « la professionnelle » de s'identifier
    Quand « la professionnelle » ferme son navigateur sans se déconnecter
    Alors le logiciel rouvert demande à « la professionnelle » de s'identifier

  @SSI/IE.40.02
  Scénario: Fermer le client de connexion ou le poste ferme la session
    Étant donné des comptes de professionnels dans le logiciel
      | compte        | nom        | prénom | permissions  |
      | le technicien | BÖHM-SALLÉ | Ugo    | consultation |
    Quand « le technicien » ferme son client sans se déconnecter
    Alors le logiciel rouvert demande à « le technicien » de s'identifier
    Quand « le technicien » ferme son poste sans se déconnecter
    Alors le logiciel rouvert demande à « le technicien » de s'identifier
